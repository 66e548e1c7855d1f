// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.bypass;

import io.gatehouse.agent.enforce.Instance;
import io.gatehouse.agent.fixture.RunningAgent;
import java.io.IOException;
import java.util.Arrays;

/// An agent in a process of its own, for [Kill9Test]: keeps a [Storm]'s policies in force until it is killed.
final class StormAgent {
    private StormAgent() {}

    /// @param args the instance's name, and `SCENE=CONTAINER` for each container
    public static void main(String[] args) throws IOException {
        var names = Arrays.asList(args).subList(1, args.length);
        try (var _ = RunningAgent.start(Instance.of(Instance.USUAL_ROOT, args[0]), Storm.policies(names, "kill9"))) {
            System.out.println("ready");
            System.in.read(); // until whoever started it is gone
        }
    }
}
