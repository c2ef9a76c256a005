#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What a Spark container starts, as the image of a Spark distribution does: `driver ARGS` or
# `executor`. PyPI's pyspark has no such script. Addresses are bound to the pod's own, since all
# pods share one loopback device.
set -euo pipefail

export SPARK_HOME=/opt/spark
export PATH=/opt/venv/bin:$PATH
JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
export JAVA_HOME
# Short-lived JVMs on few cores: the second compiler and many GC threads cost more than they give.
export JAVA_TOOL_OPTIONS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"

role=$1
shift
case $role in
  driver)
    export SPARK_LOCAL_IP=$SPARK_DRIVER_BIND_ADDRESS
    exec "$SPARK_HOME/bin/spark-submit" \
      --conf "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS" --deploy-mode client "$@"
    ;;
  executor)
    export SPARK_LOCAL_IP=$SPARK_EXECUTOR_POD_IP
    options=()
    # By number: the order of the environment is not that of the options.
    while IFS= read -r name; do
      options+=("${!name}")
    done < <(compgen -v | grep -E '^SPARK_JAVA_OPT_[0-9]+$' | sort -t_ -k4n)
    exec "$JAVA_HOME/bin/java" "${options[@]}" \
      "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" \
      -cp "${SPARK_CONF_DIR:-$SPARK_HOME/conf}:$SPARK_HOME/jars/*" \
      org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
      --driver-url "$SPARK_DRIVER_URL" --executor-id "$SPARK_EXECUTOR_ID" \
      --cores "$SPARK_EXECUTOR_CORES" --app-id "$SPARK_APPLICATION_ID" \
      --hostname "$SPARK_EXECUTOR_POD_IP" \
      --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" --podName "$SPARK_EXECUTOR_POD_NAME"
    ;;
  *)
    echo "entrypoint: '$role': expected driver or executor" >&2
    exit 2
    ;;
esac
