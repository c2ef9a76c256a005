#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SparkPi as one gang: the driver and its two executors, on the cluster of your kubeconfig.
# The scheduler's name is the whole integration; the other settings are Spark's own.
#   IMAGE=REPOSITORY:TAG SPARK_HOME=FOLDER deploy/examples/spark/submit.sh
set -euo pipefail
: "${SPARK_HOME:?the folder of a Spark distribution, 3.5 or 4.x}"
: "${IMAGE:?an image with Spark, e.g. apache/spark:4.0.1}"
NAMESPACE=${NAMESPACE:-default}
server=$(kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}')

kubectl apply --namespace "$NAMESPACE" --filename "$(dirname "$0")/account.yaml"
exec "$SPARK_HOME/bin/spark-submit" \
  --master "k8s://$server" \
  --deploy-mode cluster \
  --name spark-pi \
  --class org.apache.spark.examples.SparkPi \
  --conf spark.kubernetes.scheduler.name=muster \
  --conf spark.kubernetes.namespace="$NAMESPACE" \
  --conf spark.kubernetes.authenticate.driver.serviceAccountName=spark \
  --conf spark.kubernetes.container.image="$IMAGE" \
  --conf spark.executor.instances=2 \
  "${@:-local:///opt/spark/examples/jars/spark-examples.jar}"
