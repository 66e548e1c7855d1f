// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.EmergencyBrake;
import io.gatehouse.schemas.policy.Mode;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The emergency brakes of a folder. While one of them holds, what is enforced counts as audit.
///
/// @param all in the order of their names
public record Brakes(List<EmergencyBrake> all) {
    public static final Brakes NONE = new Brakes(List.of());

    /// What is said once none holds any more.
    public static final String LIFTED = "the emergency brake is lifted: every policy counts as it is written";

    public Brakes {
        all = List.copyOf(all);
    }

    /// Both; of two with one name the second.
    public static Brakes union(Brakes first, Brakes second) {
        var byName = new TreeMap<String, EmergencyBrake>();
        first.all().forEach(brake -> byName.put(brake.name().name(), brake));
        second.all().forEach(brake -> byName.put(brake.name().name(), brake));
        return new Brakes(List.copyOf(byName.values()));
    }

    public boolean hold(LocalDate today) {
        for (var brake : all) {
            if (brake.holds(today)) {
                return true;
            }
        }
        return false;
    }

    /// As which a mode counts on a day (UTC).
    public Mode counts(Mode written, LocalDate today) {
        return hold(today) ? Mode.AUDIT : written;
    }

    /// What is said where a brake holds. Nothing is lifted before the last one is.
    public Optional<String> told(LocalDate today) {
        var holding = all.stream().filter(brake -> brake.holds(today)).toList();
        return holding.isEmpty()
                ? Optional.empty()
                : Optional.of("the emergency brake is pulled, every policy counts as audit: "
                        + holding.stream().map(EmergencyBrake::told).collect(Collectors.joining("; ")));
    }
}
