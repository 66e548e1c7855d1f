// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import io.gatehouse.events.Event;

/// Files are opened.
final class Files {
    private static final int O_DIRECTORY = 1 << 10;
    private static final int O_CREATED = 1 << 14;
    private static final int UPPER_LAYER = 1 << 15;
    private static final int LOWER_LAYER = 1 << 16;
    private static final int CREAT_UPPER_LAYER = 1;
    private static final int CREAT_LOWER_LAYER = 1 << 1;
    private static final String UNKNOWN = "<NA>";

    private final Machine machine;

    Files(Machine machine) {
        this.machine = machine;
    }

    void open(Event event, Scene scene) {
        var name = Params.text(event, 1);
        int flags = Params.flags(event, 2);
        var asked = scene.asked();
        if (isPathOf(asked)) {
            name = asked.path();
            flags = flags(asked, flags);
        }
        add(event, scene, scene.task.cwd(), name, flags, 4);
    }

    void creat(Event event, Scene scene) {
        var asked = scene.asked();
        var name = isPathOf(asked) ? asked.path() : Params.text(event, 1);
        int layer = Params.flags(event, 5);
        int flags = (layer & CREAT_UPPER_LAYER) != 0 ? UPPER_LAYER : (layer & CREAT_LOWER_LAYER) != 0 ? LOWER_LAYER : 0;
        add(event, scene, scene.task.cwd(), name, flags, 3);
    }

    void openat(Event event, Scene scene) {
        openIn(event, scene, 5);
    }

    void openat2(Event event, Scene scene) {
        openIn(event, scene, 6);
    }

    private void openIn(Event event, Scene scene, int device) {
        var name = Params.has(event, 2) ? Params.text(event, 2) : UNKNOWN;
        int flags = Params.flags(event, 3);
        boolean hasDirectory = Params.has(event, 1);
        long directory = Params.signed(event, 1);
        var asked = scene.asked();
        if (isPathOf(asked)) {
            name = asked.path();
            flags = flags(asked, flags);
            directory = asked.directory();
            hasDirectory = true;
        }
        add(event, scene, hasDirectory ? Directories.of(scene.task, directory, name) : "", name, flags, device);
    }

    void openByHandle(Event event, Scene scene) {
        add(event, scene, "", Params.text(event, 3), Params.flags(event, 2), 4);
    }

    private static boolean isPathOf(Asked asked) {
        return asked != null && asked.path() != null && !asked.path().equals(UNKNOWN);
    }

    /// Those that were asked for, and those that only the kernel can know.
    private static int flags(Asked asked, int flags) {
        return asked.flags() | flags & -O_CREATED;
    }

    private void add(Event event, Scene scene, String directory, String name, int flags, int device) {
        long number = Params.result(event);
        if (number < 0) {
            return;
        }
        var kind = (flags & O_DIRECTORY) != 0 ? DescriptorKind.DIRECTORY : DescriptorKind.FILE_V2;
        var file = new Descriptor(kind, Paths.join(directory, name));
        file.rawName = name;
        file.openFlags = flags;
        if (Params.has(event, device)) {
            file.device = (int) Params.unsigned(event, device);
            file.inode = Params.unsigned(event, device + 1);
        }
        if ((flags & UPPER_LAYER) != 0) {
            file.mark(Descriptor.UPPER_LAYER);
        }
        if ((flags & LOWER_LAYER) != 0) {
            file.mark(Descriptor.LOWER_LAYER);
        }
        if (machine.open(scene.task, number, file)) {
            scene.takeNew(file);
        }
    }
}
