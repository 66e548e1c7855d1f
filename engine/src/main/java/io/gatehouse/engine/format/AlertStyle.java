// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import java.time.ZoneId;
import java.util.EnumSet;
import java.util.Set;

/// How alerts are written.
///
/// @param zone of the clock in the line of text
/// @param hostname as every alert says it
/// @param properties which of the optional properties a line of JSON has
public record AlertStyle(ZoneId zone, TimeForm time, String hostname, Buffers buffers, Set<Property> properties) {
    public AlertStyle {
        properties = Set.copyOf(properties);
    }

    /// Everything is shown, the time as a clock.
    public static AlertStyle standard(ZoneId zone, String hostname) {
        return new AlertStyle(zone, TimeForm.CLOCK, hostname, Buffers.DOTS, EnumSet.allOf(Property.class));
    }

    public enum TimeForm {
        /// `15:14:22.892739231`
        CLOCK,
        /// `2023-07-28T15:14:22.892739231+0000`
        ISO_8601
    }

    public enum Property {
        OUTPUT,
        MESSAGE,
        OUTPUT_FIELDS,
        TAGS
    }
}
