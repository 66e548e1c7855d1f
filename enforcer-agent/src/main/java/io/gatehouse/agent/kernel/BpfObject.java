// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import jnr.ffi.Pointer;

/// A compiled object with its programs and maps in the kernel. Owns both; closing detaches and unloads,
/// unless they were given names in the bpf file system ([#pinBelow]): those keep what is attached
/// attached.
///
/// Taking a program off its hook makes the kernel wait for every task inside it, tens of milliseconds each, so
/// [#detach] and [#closeLater] leave that to a thread of their own.
public final class BpfObject implements AutoCloseable {
    /// Folders below that of [#pinBelow].
    public static final String LINKS = "links";

    public static final String MAPS = "maps";

    private static final Pattern REFUSED =
            Pattern.compile("prog '([^']+)': (?:failed to load|failed to find|BPF program load failed)");
    private static final int PROGRAM_INFO_BYTES = 232; // struct bpf_prog_info up to attach_btf_id, Linux 6.1
    private static final int INFO_ID = 4;
    private static final int WALK_BYTES = 4096;
    private static final int BUSY_TRIES = 20;
    private static final long BUSY_PAUSE_NANOS = 25_000_000;
    private static final int INFO_XLATED_BYTES = 20;
    private static final int INFO_RUN_NANOS = 192;
    private static final int INFO_RUNS = 200;
    private static final int INFO_RECURSION_MISSES = 208;

    private final Image image;
    private final Pointer object;
    private final Map<String, Pointer> programs = new ConcurrentHashMap<>();
    private final List<BpfObject> more = new CopyOnWriteArrayList<>(); // of the same image, on the same maps
    private final Map<String, Pointer> links = new LinkedHashMap<>(); // guarded by itself
    private final Map<String, Leaving> leaving = new HashMap<>(); // guarded by links
    private final ExecutorService detaching = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("gatehouse-detach").factory());
    private final Map<String, String> refused = new ConcurrentHashMap<>();
    private final Set<String> loaded = ConcurrentHashMap.newKeySet();
    private Optional<Path> pins = Optional.empty(); // guarded by links

    /// A program on its way off its hook. Who claims it first decides: the thread that detaches, or an
    /// attach that comes in time.
    private static final class Leaving {
        private final Pointer link;
        private final AtomicBoolean claimed = new AtomicBoolean();
        private final CountDownLatch gone = new CountDownLatch(1);

        private Leaving(Pointer link) {
            this.link = link;
        }

        private void run() {
            if (claimed.compareAndSet(false, true)) {
                Native.bpf().bpf_link__destroy(link);
                gone.countDown();
            }
        }

        /// The link, if it can still be had; else waits until it is gone, since a program is on its hook only once.
        private Optional<Pointer> back() {
            if (claimed.compareAndSet(false, true)) {
                return Optional.of(link);
            }
            boolean interrupted = false;
            while (true) {
                try {
                    gone.await();
                    break;
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return Optional.empty();
        }
    }

    private BpfObject(Image image, Pointer object, Set<String> loaded, Map<String, String> refused) {
        this.image = image;
        this.object = object;
        this.loaded.addAll(loaded);
        this.refused.putAll(refused);
        for (var program : programsOf(object)) {
            programs.put(Native.bpf().bpf_program__name(program), program);
        }
    }

    /// An object as the compiler left it.
    ///
    /// @param file its name, for messages
    /// @param elf its bytes; nobody changes them
    public record Image(String file, byte[] elf) {
        /// @param resource on the class path, absolute
        public static Image ofResource(String resource) {
            try (var in = BpfObject.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalStateException(resource + " is not on the class path; build with ./mvnw package");
                }
                return new Image(resource.substring(resource.lastIndexOf('/') + 1), in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// The programs it holds and the sections they stand in, such as `fexit/__x64_sys_openat`. Loads nothing.
        public Map<String, String> programs() {
            var object = open(this);
            try {
                var sections = new LinkedHashMap<String, String>();
                for (var program : programsOf(object)) {
                    sections.put(
                            Native.bpf().bpf_program__name(program),
                            Native.bpf().bpf_program__section_name(program));
                }
                return sections;
            } finally {
                Native.bpf().bpf_object__close(object);
            }
        }
    }

    /// Loads the wanted programs. One that this kernel refuses is left out and listed by [#refused]: a kernel that
    /// lacks one hook must not cost the others.
    ///
    /// @param constants the content of read-only sections, by the name of their map
    /// @param sizes of maps that are to have another number of entries than the image says
    public static BpfObject load(
            Image image, Set<String> wanted, Map<String, byte[]> constants, Map<String, Integer> sizes) {
        return load(image, wanted, object -> {
            constants.forEach((map, value) -> fix(object, map, value));
            sizes.forEach((map, entries) -> size(object, map, entries));
        });
    }

    /// Loads more programs of the image that another object came from, onto the maps of that object.
    public static BpfObject loadBeside(BpfObject first, Set<String> wanted) {
        return load(first.image, wanted, object -> first.lendMaps(object));
    }

    /// Loads more programs of the image, as if they had been wanted at first.
    public void loadMore(Set<String> wanted) {
        var beside = loadBeside(this, wanted);
        beside.detaching.shutdown(); // its programs are attached and detached here
        more.add(beside);
        beside.loaded.forEach(name -> programs.put(name, beside.programs.get(name)));
        refused.putAll(beside.refused);
        loaded.addAll(beside.loaded);
    }

    /// One at a time: libbpf tells its reasons to one listener.
    private static synchronized BpfObject load(Image image, Set<String> wanted, Consumer<Pointer> prepare) {
        var refused = new LinkedHashMap<String, String>();
        var wantedNow = new HashSet<>(wanted);
        while (true) {
            var log = LibbpfLog.start();
            var object = open(image);
            var present = new HashSet<String>();
            for (var program : programsOf(object)) {
                var name = Native.bpf().bpf_program__name(program);
                present.add(name);
                Native.bpf().bpf_program__set_autoload(program, wantedNow.contains(name));
            }
            for (var name : List.copyOf(wantedNow)) {
                if (!present.contains(name)) {
                    wantedNow.remove(name);
                    refused.put(name, "there is no such program in " + image.file);
                }
            }
            try {
                prepare.accept(object);
            } catch (RuntimeException e) {
                Native.bpf().bpf_object__close(object);
                throw e;
            }
            if (Native.bpf().bpf_object__load(object) == 0) {
                return new BpfObject(image, object, wantedNow, refused);
            }
            int errno = Native.errno();
            Native.bpf().bpf_object__close(object);
            var culprit = culprit(log.text());
            if (culprit.isEmpty() || !wantedNow.remove(culprit)) {
                throw new KernelException("bpf_object__load", image.file, errno, log.tail());
            }
            refused.put(culprit, new KernelException("BPF_PROG_LOAD", culprit, errno).getMessage());
        }
    }

    private static String culprit(String log) {
        var matcher = REFUSED.matcher(log);
        return matcher.find() ? matcher.group(1) : "";
    }

    private static Pointer open(Image image) {
        var bytes = Native.zeroed(image.elf.length);
        bytes.put(0, image.elf, 0, image.elf.length);
        var object = Native.bpf().bpf_object__open_mem(bytes, image.elf.length, null);
        if (object == null) {
            throw new KernelException("bpf_object__open_mem", image.file, Native.errno());
        }
        return object;
    }

    private static void fix(Pointer object, String name, byte[] content) {
        var map = Native.bpf().bpf_object__find_map_by_name(object, name);
        var value = Native.zeroed(content.length);
        value.put(0, content, 0, content.length);
        if (map == null || Native.bpf().bpf_map__set_initial_value(map, value, content.length) != 0) {
            throw new KernelException("bpf_map__set_initial_value", name, Native.errno());
        }
    }

    private static void size(Pointer object, String name, int entries) {
        var map = Native.bpf().bpf_object__find_map_by_name(object, name);
        if (map == null || Native.bpf().bpf_map__set_max_entries(map, entries) != 0) {
            throw new KernelException("bpf_map__set_max_entries", name, Native.errno());
        }
    }

    /// Maps are told by their order: libbpf names some after the address of the image.
    private void lendMaps(Pointer borrower) {
        Pointer own = null;
        Pointer map = null;
        while ((map = Native.bpf().bpf_object__next_map(borrower, map)) != null) {
            own = Native.bpf().bpf_object__next_map(object, own);
            if (Native.bpf().bpf_map__reuse_fd(map, Native.bpf().bpf_map__fd(own)) != 0) {
                throw new KernelException("bpf_map__reuse_fd", Native.bpf().bpf_map__name(map), Native.errno());
            }
        }
    }

    private static List<Pointer> programsOf(Pointer object) {
        var programs = new ArrayList<Pointer>();
        Pointer program = null;
        while ((program = Native.bpf().bpf_object__next_program(object, program)) != null) {
            programs.add(program);
        }
        return programs;
    }

    /// Programs that are in the kernel.
    public Set<String> loaded() {
        return Set.copyOf(loaded);
    }

    /// Programs that this kernel would not take, and what it said.
    public Map<String, String> refused() {
        return Map.copyOf(refused);
    }

    /// Attaches a loaded program to its hook; nothing happens if it is attached.
    public void attach(String name) {
        attach(name, () -> link(name));
    }

    /// 6.1 is busy with a hook for a while after another program went from it.
    private Pointer link(String name) {
        for (int tries = BUSY_TRIES; ; tries--) {
            var link = Native.bpf().bpf_program__attach(program(name));
            if (link != null) {
                return link;
            }
            int errno = Native.errno();
            if (errno != Errno.EBUSY || tries == 0) {
                throw new KernelException("bpf_program__attach", name, errno);
            }
            LockSupport.parkNanos(BUSY_PAUSE_NANOS);
        }
    }

    /// Attaches a loaded program to a cgroup and to all below it; nothing happens if it is attached.
    public void attach(String name, OpenedFile cgroup) {
        attach(name, () -> {
            var link = Native.bpf().bpf_program__attach_cgroup(program(name), cgroup.fd());
            if (link == null) {
                throw new KernelException("bpf_program__attach_cgroup", name, Native.errno());
            }
            return link;
        });
    }

    private void attach(String name, Supplier<Pointer> hook) {
        synchronized (links) {
            if (links.containsKey(name)) {
                return;
            }
            var left = leaving.remove(name);
            var link = (left == null ? Optional.<Pointer>empty() : left.back()).orElseGet(hook);
            links.put(name, link);
            pins.ifPresent(folder -> pin(link, folder, name));
        }
    }

    /// Takes a program off its hook, in a moment; nothing happens if it is not attached.
    public void detach(String name) {
        synchronized (links) {
            var link = links.remove(name);
            if (link == null) {
                return;
            }
            if (pins.isPresent() && Native.bpf().bpf_link__unpin(link) != 0) {
                links.put(name, link);
                throw new KernelException("unlink", name, Native.errno());
            }
            var left = new Leaving(link);
            leaving.put(name, left);
            detaching.execute(left::run);
        }
    }

    /// Programs on their hooks, but for those on their way off.
    public Set<String> attached() {
        synchronized (links) {
            return Set.copyOf(links.keySet());
        }
    }

    /// Gives everything that is attached, now and later, and some maps a name in the bpf file system: links below
    /// `links`, maps below `maps`. From then on closing leaves them in force.
    public void pinBelow(Path folder, List<String> maps) {
        BpfFiles.make(folder.resolve(LINKS));
        BpfFiles.make(folder.resolve(MAPS));
        for (var name : maps) {
            if (Native.bpf().bpf_obj_pin(mapFd(name), folder.resolve(MAPS, name).toString()) != 0) {
                throw new KernelException("BPF_OBJ_PIN", name, Native.errno());
            }
        }
        synchronized (links) {
            links.forEach((name, link) -> pin(link, folder, name));
            pins = Optional.of(folder);
        }
    }

    private static void pin(Pointer link, Path folder, String name) {
        if (Native.bpf().bpf_link__pin(link, folder.resolve(LINKS, name).toString()) != 0) {
            throw new KernelException("BPF_OBJ_PIN", name, Native.errno());
        }
    }

    /// Runs a program of type `iter` over everything there is of its kind.
    public void walk(String name) {
        var link = Native.bpf().bpf_program__attach_iter(program(name), null);
        if (link == null) {
            throw new KernelException("bpf_program__attach_iter", name, Native.errno());
        }
        try {
            int fd = Native.bpf().bpf_iter_create(Native.bpf().bpf_link__fd(link));
            if (fd < 0) {
                throw new KernelException("BPF_ITER_CREATE", name, Native.errno());
            }
            try {
                var nothing = Native.zeroed(WALK_BYTES);
                long read;
                do {
                    read = Native.c().read(fd, nothing, WALK_BYTES);
                } while (read > 0 || read < 0 && (Native.errno() == Errno.EINTR || Native.errno() == Errno.EAGAIN));
                if (read < 0) {
                    throw new KernelException("read", name, Native.errno());
                }
            } finally {
                Native.c().close(fd);
            }
        } finally {
            Native.bpf().bpf_link__destroy(link);
        }
    }

    /// The one value of an array, mapped.
    public MappedMap mapped(String name) {
        return MappedMap.of(mapFd(name), name);
    }

    public BpfMap map(String name, int keyBytes, int valueBytes) {
        return new BpfMap(name, mapFd(name), keyBytes, valueBytes);
    }

    /// Puts a ring of its own into the place of a map of maps. Once this returns, no program writes to the one before:
    /// the kernel waits for those that still might.
    public void place(String name, int index, RingBuffer ring) {
        var key = Native.zeroed(4);
        key.putInt(0, index);
        var value = Native.zeroed(4);
        value.putInt(0, ring.fd());
        if (Native.bpf().bpf_map_update_elem(mapFd(name), key, value, 0) != 0) {
            throw new KernelException("bpf_map_update_elem", name, Native.errno());
        }
    }

    public RingBuffer ring(String name, int bytes) {
        return RingBuffer.map(mapFd(name), bytes);
    }

    private int mapFd(String name) {
        var map = Native.bpf().bpf_object__find_map_by_name(object, name);
        if (map == null) {
            throw new KernelException("bpf_object__find_map_by_name", name, Native.errno());
        }
        return Native.bpf().bpf_map__fd(map);
    }

    /// Runs a program of type `syscall` in the calling thread. `context` is read and written.
    public void run(String name, ByteBuffer context) {
        var memory = Native.zeroed(context.capacity());
        var bytes = new byte[context.capacity()];
        context.get(0, bytes);
        memory.put(0, bytes, 0, bytes.length);
        var options = Native.zeroed(80); // struct bpf_test_run_opts
        options.putLong(0, 80); // sz
        options.putAddress(32, memory.address()); // ctx_in, written back to by the kernel
        options.putInt(48, context.capacity()); // ctx_size_in
        int fd = Native.bpf().bpf_program__fd(program(name));
        if (Native.bpf().bpf_prog_test_run_opts(fd, options) != 0) {
            throw new KernelException("BPF_PROG_TEST_RUN", name, Native.errno());
        }
        memory.get(0, bytes, 0, bytes.length);
        context.put(0, bytes);
    }

    /// Numbers in the kernel of what this object consists of.
    ///
    /// @param links of the programs that are attached now
    public record Ids(Set<Integer> maps, Set<Integer> programs, Set<Integer> links) {}

    public Ids ids() {
        var maps = new HashSet<Integer>();
        Pointer map = null;
        while ((map = Native.bpf().bpf_object__next_map(object, map)) != null) {
            maps.add(idOf(Native.bpf().bpf_map__fd(map)));
        }
        var programs = new HashSet<Integer>();
        loaded.forEach(name -> programs.add(idOf(Native.bpf().bpf_program__fd(program(name)))));
        var attached = new HashSet<Integer>();
        synchronized (links) {
            links.values().forEach(link -> attached.add(idOf(Native.bpf().bpf_link__fd(link))));
        }
        return new Ids(maps, programs, attached);
    }

    /// The second word of what the kernel says of a map, a program and a link alike.
    private static int idOf(int fd) {
        var information = Native.zeroed(8);
        var length = Native.zeroed(4);
        length.putInt(0, 8);
        if (Native.bpf().bpf_obj_get_info_by_fd(fd, information, length) != 0) {
            throw new KernelException("BPF_OBJ_GET_INFO_BY_FD", "descriptor " + fd, Native.errno());
        }
        return information.getInt(INFO_ID);
    }

    /// What the kernel counts of a program.
    ///
    /// @param id in the kernel, as `bpftool prog` shows it
    /// @param instructions after the verifier
    /// @param runs 0 unless `kernel.bpf_stats_enabled` is set
    /// @param runNanos as `runs`
    /// @param misses times that it did not run, because it ran already on that processor
    public record ProgramCounts(int id, int instructions, long runs, long runNanos, long misses) {}

    public ProgramCounts counts(String name) {
        var information = Native.zeroed(PROGRAM_INFO_BYTES);
        var length = Native.zeroed(4);
        length.putInt(0, PROGRAM_INFO_BYTES);
        int fd = Native.bpf().bpf_program__fd(program(name));
        if (Native.bpf().bpf_obj_get_info_by_fd(fd, information, length) != 0) {
            throw new KernelException("BPF_OBJ_GET_INFO_BY_FD", name, Native.errno());
        }
        return new ProgramCounts(
                information.getInt(INFO_ID),
                information.getInt(INFO_XLATED_BYTES) / 8,
                information.getLong(INFO_RUNS),
                information.getLong(INFO_RUN_NANOS),
                information.getLong(INFO_RECURSION_MISSES));
    }

    /// What the maps take of the kernel's memory.
    public long mapBytes() {
        long bytes = 0;
        Pointer map = null;
        while ((map = Native.bpf().bpf_object__next_map(object, map)) != null) {
            bytes += Machine.lockedBytes(Native.bpf().bpf_map__fd(map));
        }
        return bytes;
    }

    /// What the loaded programs take of it.
    public long programBytes() {
        long bytes = 0;
        for (var name : loaded) {
            bytes += Machine.lockedBytes(Native.bpf().bpf_program__fd(program(name)));
        }
        return bytes;
    }

    private Pointer program(String name) {
        var program = programs.get(name);
        if (program == null || !loaded.contains(name)) {
            throw new IllegalStateException("program " + name + " is not loaded");
        }
        return program;
    }

    /// A buffer for a map key, a map value or a context.
    public static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    /// Detaches every program, then unloads them. bpf_object__close alone would leave the links in force. With
    /// [#pinBelow] nothing is detached that has a name.
    @Override
    public void close() {
        closeAll();
        detaching.shutdown();
    }

    /// As [#close], by a thread that nobody waits for.
    public void closeLater() {
        detaching.execute(this::closeAll);
        detaching.shutdown();
    }

    private void closeAll() {
        synchronized (links) {
            leaving.values().forEach(Leaving::run);
            leaving.clear();
            links.values().forEach(Native.bpf()::bpf_link__destroy);
            links.clear();
        }
        more.forEach(each -> Native.bpf().bpf_object__close(each.object));
        Native.bpf().bpf_object__close(object);
    }
}
