module muster/bench/e2e

go 1.26
