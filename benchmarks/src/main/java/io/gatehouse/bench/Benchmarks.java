// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// `./gatehouse bench [NAME...]`: prints what was measured here and now, beside its baseline and budget.
public final class Benchmarks {
    private static final List<String> ALL =
            List.of("overhead", "enforce", "detect", "ring", "start", "capture", "rules", "replay", "review", "gate");

    private Benchmarks() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length == 2 && args[0].equals("compile")) { // for a machine that has no compiler
            Loops.compile(Path.of(args[1]));
            return;
        }
        for (var name : args.length == 0 ? ALL : List.of(args)) {
            System.out.println("\n== " + name);
            switch (name) {
                case "overhead" -> Overhead.print(System.out);
                case "enforce" -> EnforcementCost.print(System.out);
                case "detect" -> DetectCost.print(System.out);
                case "ring" -> RingDrain.print(System.out);
                case "start" -> StartUp.print(System.out);
                case "capture" -> CaptureReading.print(System.out);
                case "rules" -> RuleCost.print(System.out);
                case "replay" -> ReplayCost.print(System.out);
                case "review" -> ReviewCost.print(System.out);
                case "gate" -> GateLoad.print(System.out);
                case "jmh" -> org.openjdk.jmh.Main.main(new String[0]);
                default ->
                    throw new IllegalArgumentException("no benchmark '" + name + "'; there are " + ALL + " and jmh");
            }
        }
    }
}
