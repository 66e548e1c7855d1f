// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.control;

import io.gatehouse.admission.pod.Container;
import io.gatehouse.engine.policy.AdmissionPlan;
import java.util.List;

/// One thing the gate asks of a pod.
public sealed interface Control
        permits ReadOnlyRootFilesystem,
                WritablePlaces,
                SensitiveMounts,
                Volumes,
                Privilege,
                Capabilities,
                Profiles,
                SeLinux,
                Sysctls,
                HostPorts,
                ImageNames,
                Distroless,
                Environment,
                Interactive,
                Conditions {
    /// In the order in which breaches of the same line are told.
    List<Control> ALL = List.of(
            new ReadOnlyRootFilesystem(),
            new WritablePlaces(),
            new SensitiveMounts(),
            new Volumes(),
            new Privilege(),
            new Capabilities(),
            new Profiles(),
            new SeLinux(),
            new Sysctls(),
            new HostPorts(),
            new ImageNames(),
            new Distroless(),
            new Environment(),
            new Interactive(),
            new Conditions());

    /// Those that ask for nothing but an image, and can be put to one without its pod.
    List<Control> OF_IMAGES = List.of(new ImageNames(), new Distroless());

    /// Every breach, and none where the plan does not ask.
    ///
    /// @param covered the containers the policy is about, at least one; what belongs to the whole pod is asked
    ///     whichever of them is covered
    List<Breach> breaches(AdmissionPlan plan, Arrival arrival, List<Container> covered);
}
