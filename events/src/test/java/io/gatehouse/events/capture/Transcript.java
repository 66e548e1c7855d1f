// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import io.gatehouse.events.Event;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Everything a capture told, a line each.
final class Transcript implements CaptureVisitor {
    private final List<String> lines = new ArrayList<>();

    List<String> lines() {
        return lines;
    }

    @Override
    public void section() {
        lines.add("section");
    }

    @Override
    public void machine(MachineEntry machine) {
        lines.add(machine.toString());
    }

    @Override
    public void process(ProcessEntry process) {
        lines.add(process.toString());
    }

    @Override
    public void descriptor(DescriptorEntry descriptor) {
        lines.add(descriptor.toString());
    }

    @Override
    public void account(AccountEntry account) {
        lines.add(account.toString());
    }

    @Override
    public void networkInterface(InterfaceEntry networkInterface) {
        lines.add(networkInterface.toString());
    }

    @Override
    public void stateOnly(Event event) {
        lines.add("state only " + line(event));
    }

    @Override
    public boolean event(Event event) {
        lines.add(line(event));
        return true;
    }

    static String line(Event event) {
        var line = new StringBuilder()
                .append(event.number())
                .append(' ')
                .append(event.timeNanos())
                .append(' ')
                .append(event.tid())
                .append(" cpu ")
                .append(event.cpu())
                .append(' ')
                .append(event.code())
                .append(' ')
                .append(event.type().name());
        for (int i = 0; i < event.paramCount(); i++) {
            line.append(' ')
                    .append(HexFormat.of()
                            .formatHex(event.bytes(), event.offset(i), event.offset(i) + event.length(i)));
        }
        return line.toString();
    }
}
