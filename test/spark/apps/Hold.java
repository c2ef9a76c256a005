// SPDX-License-Identifier: Apache-2.0

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * A job that a test steers through files in the driver's /tmp: it keeps executors busy with
 * rounds of as many short tasks as its argument says, rests while `rest` exists, and ends well
 * once `finish` exists. So a test waits for what it looks for instead of sleeping.
 */
public final class Hold {
  private static final long TASK_MILLIS = 300;

  public static void main(String[] args) throws InterruptedException {
    SparkSession spark = SparkSession.builder().appName("Hold").getOrCreate();
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    List<Integer> tasks = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(args[0]); i++) tasks.add(i);
    long done = 0;
    while (!new File("/tmp/finish").exists()) {
      if (new File("/tmp/rest").exists()) {
        Thread.sleep(100);
        continue;
      }
      done += context.parallelize(tasks, tasks.size()).map(Hold::work).reduce(Long::sum);
      System.out.println("Tasks done: " + done);
    }
    System.out.println("Hold ends well after " + done + " tasks");
    spark.stop();
  }

  private static Long work(Integer task) throws InterruptedException {
    Thread.sleep(TASK_MILLIS);
    return 1L;
  }
}
