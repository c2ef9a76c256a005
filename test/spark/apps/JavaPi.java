// SPDX-License-Identifier: Apache-2.0

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Estimates pi with as many tasks as its argument says; the smallest real Spark job. */
public final class JavaPi {
  private static final int POINTS = 100_000;

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().appName("JavaPi").getOrCreate();
    int tasks = Integer.parseInt(args[0]);
    List<Integer> slices = new ArrayList<>();
    for (int i = 0; i < tasks; i++) slices.add(i);
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    long inside = context.parallelize(slices, tasks).map(JavaPi::sample).reduce(Long::sum);
    System.out.println("Pi is roughly " + 4.0 * inside / ((double) POINTS * tasks));
    spark.stop();
  }

  private static Long sample(Integer slice) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long inside = 0;
    for (int i = 0; i < POINTS; i++) {
      double x = random.nextDouble();
      double y = random.nextDouble();
      if (x * x + y * y <= 1) inside++;
    }
    return inside;
  }
}
