// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.enforce.KernelSide.Identity;
import io.gatehouse.agent.kernel.BpfMap;
import io.gatehouse.agent.kernel.BpfObject;
import io.gatehouse.agent.kernel.Errno;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.OpenedFile;
import io.gatehouse.agent.kernel.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Tells the kernel what is the agent's, so that hooks can keep containers from it. One thread at a time.
final class SelfGuard {
    private final BpfObject object;
    private final BpfMap guarded;
    private final BpfMap devices;
    private final Function<OpenedFile, Identity> identify;
    private final Set<Key> files = new HashSet<>();
    private final List<OpenedFile> held = new ArrayList<>(); // so that no inode number of theirs is used again
    private Set<Key> written = Set.of();
    /// Bits are only added: one too many costs a look.
    private long deviceMarks;

    /// @param kind `enum gh_guarded_kind`
    private record Key(long id, int dev, int kind) {
        ByteBuffer bytes() {
            return BpfObject.buffer(Wire.Guarded.SIZE)
                    .putLong(Wire.Guarded.ID, id)
                    .putInt(Wire.Guarded.DEV, dev)
                    .putInt(Wire.Guarded.KIND, kind);
        }

        static Key of(ByteBuffer bytes) {
            return new Key(
                    bytes.getLong(Wire.Guarded.ID), bytes.getInt(Wire.Guarded.DEV), bytes.getInt(Wire.Guarded.KIND));
        }
    }

    SelfGuard(BpfObject object, Function<OpenedFile, Identity> identify) {
        this.object = object;
        this.identify = identify;
        this.guarded = object.map("gh_guarded", Wire.Guarded.SIZE, 4);
        this.devices = object.map("gh_guarded_devices", Integer.BYTES, Long.BYTES);
    }

    /// Says that this process is the agent, and which files are its own from now on.
    ///
    /// @return what could not be kept, one phrase each
    List<String> keep(SelfFacts facts) {
        object.run(GuardProgram.KEEP, BpfObject.buffer(8));
        var before = List.copyOf(held);
        held.clear();
        files.clear();
        facts.paths().forEach(this::add);
        before.forEach(OpenedFile::close);
        return write();
    }

    /// Brings the kernel up to date with what is loaded and attached now.
    List<String> refresh() {
        return write();
    }

    private void add(Path path) {
        Path real;
        try {
            real = path.toRealPath();
        } catch (IOException _) {
            return; // it is not there
        }
        identify(real, Wire.Guarded.KIND_TREE).ifPresent(identity -> {
            files.add(new Key(0, identity.dev(), Wire.Guarded.KIND_DEVICE));
            for (var above = real.getParent(); above != null; above = above.getParent()) {
                identify(above, Wire.Guarded.KIND_ABOVE);
            }
        });
    }

    private Optional<Identity> identify(Path path, int kind) {
        return OpenedFile.open(path.toString()).map(file -> {
            held.add(file);
            var identity = identify.apply(file);
            files.add(new Key(identity.ino(), identity.dev(), kind));
            return identity;
        });
    }

    /// New entries first, so that nothing is unguarded meanwhile; what a former agent left goes last.
    private List<String> write() {
        var wanted = new HashSet<>(files);
        var ids = object.ids();
        ids.maps().forEach(id -> wanted.add(new Key(id, 0, Wire.Guarded.KIND_MAP)));
        ids.programs().forEach(id -> wanted.add(new Key(id, 0, Wire.Guarded.KIND_PROGRAM)));
        ids.links().forEach(id -> wanted.add(new Key(id, 0, Wire.Guarded.KIND_LINK)));
        if (wanted.equals(written)) {
            return List.of();
        }
        var unkept = new ArrayList<String>();
        for (var key : wanted) {
            deviceMarks |= key.kind() == Wire.Guarded.KIND_DEVICE ? Marks.of(key.dev()) : 0;
        }
        devices.put(BpfObject.buffer(4), BpfObject.buffer(8).putLong(0, deviceMarks));
        for (var key : wanted) {
            try {
                guarded.put(key.bytes(), BpfObject.buffer(4).putInt(0, 1));
            } catch (KernelException e) {
                if (e.errno() != Errno.E2BIG) {
                    throw e;
                }
                unkept.add("there is no room to guard " + key);
            }
        }
        for (var old : guarded.keys()) {
            if (!wanted.contains(Key.of(old))) {
                guarded.remove(old);
            }
        }
        written = Set.copyOf(wanted);
        return unkept;
    }

    void close() {
        held.forEach(OpenedFile::close);
        held.clear();
    }
}
