/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What a file is to the kernel: superblock, inode, layer. Names do not come in.
 */
#ifndef GH_OBJECT_H
#define GH_OBJECT_H

struct gh_file_facts {
	__u64 ino;
	__u32 dev;
	__u32 generation;
	__u32 mode;
	__u32 facts;
};

/* Fills in what is known of an inode; false where there is none to ask. */
static __always_inline bool gh_read_inode(struct inode *inode, __u32 root_dev,
					  struct gh_file_facts *file)
{
	struct super_block *sb;

	__builtin_memset(file, 0, sizeof(*file));
	if (!inode)
		return false;
	sb = GH_LOAD(inode, inode, i_sb);
	if (!sb)
		return false;

	file->dev = GH_LOAD(super_block, sb, s_dev);
	file->ino = GH_LOAD(inode, inode, i_ino);
	file->generation = GH_LOAD(inode, inode, i_generation);
	file->mode = GH_LOAD(inode, inode, i_mode);
	if (file->dev == root_dev)
		file->facts |= GH_FACT_ROOT;
	if (!GH_LOAD(inode, inode, i_nlink))
		file->facts |= GH_FACT_UNLINKED;
	if (GH_LOAD(super_block, sb, s_magic) == OVERLAYFS_SUPER_MAGIC &&
	    bpf_core_type_exists(struct ovl_inode)) {
		struct ovl_inode *layered =
			(void *)inode - bpf_core_field_offset(struct ovl_inode, vfs_inode);

		file->facts |= GH_FACT_OVERLAY;
		if (BPF_CORE_READ(layered, __upperdentry))
			file->facts |= GH_FACT_UPPER;
	}
	return true;
}

/* Of the image: on the root overlay, in one of its read-only layers. */
static __always_inline bool gh_from_image(const struct gh_file_facts *file)
{
	__u32 wanted = GH_FACT_ROOT | GH_FACT_OVERLAY;

	return (file->facts & (wanted | GH_FACT_UPPER | GH_FACT_UNLINKED)) == wanted;
}

static __always_inline __u32 gh_allowed_by(__u32 rules, const struct gh_file_facts *file,
					   __u32 kind)
{
	struct gh_object key = {};
	__u32 *policies;

	key.rules = rules;
	key.dev = file->dev;
	key.ino = file->ino;
	key.generation = file->generation;
	key.kind = kind;
	policies = bpf_map_lookup_elem(&gh_allowed, &key);
	return policies ? *policies : 0;
}

/* Places of the kinds of objects that speak for all below them, and sets of them. */
#define GH_TREE(kind) ((kind) - GH_OBJECT_DIRECTORY)
#define GH_WRITABLE (1 << GH_TREE(GH_OBJECT_DIRECTORY))
#define GH_DECLARED (1 << GH_TREE(GH_OBJECT_VOLUME))
#define GH_UNWRITABLE (1 << GH_TREE(GH_OBJECT_WRITE_FORBIDDEN))
#define GH_UNREADABLE (1 << GH_TREE(GH_OBJECT_READ_FORBIDDEN))

#define GH_ROOT (1 << GH_TREES) /* no tree: the root file system itself */

/* The bit that a file's number has in gh_rules.marks; agent.enforce.Marks has it too. */
static __always_inline __u64 gh_mark_of(__u64 ino)
{
	return 1ULL << (((__u32)ino * 0x9e3779b1U) >> 26);
}

/*
 * Policies that name the file of the program which the running task runs. What
 * works for a task in the kernel (io_uring) has its memory, and so its program.
 * Global, so that the verifier looks at it once.
 */
__noinline __u32 gh_program_is(__u32 rules, __u32 kind)
{
	struct mm_struct *memory = bpf_get_current_task_btf()->mm;
	struct file *program = GH_LOAD(mm_struct, memory, exe_file);
	struct gh_file_facts file;

	if (!gh_read_inode(GH_LOAD(file, program, f_inode), 0, &file))
		return 0;
	/* Leave is given to files as the image has them. */
	if (kind == GH_OBJECT_JIT && file.facts & (GH_FACT_UPPER | GH_FACT_UNLINKED))
		return 0;
	return gh_allowed_by(rules, &file, kind);
}

/* A way up from a directory entry, and the policies met on it. */
struct gh_climb {
	__u64 marks;		/* of all that is looked for */
	__u32 wanted[GH_TREES]; /* all ones where a kind is looked for */
	__u32 policies[GH_TREES];
	__u32 rules;
	struct inode *inode; /* passed by */
	struct dentry *dentry;
	struct mount *mount; /* it is reached by, or NULL */
	__u32 arrived;	     /* 1: at a root, by known ways; else what is above is not known */
	__u8 judged; /* trees, and GH_ROOT, that the act is judged by; 0: nothing is asked */
	__u8 itself; /* trees that may speak for the entry itself */
	__u8 above;  /* and for what is above it */
	__u8 on_root;
};

static __always_inline void gh_look_for(struct gh_climb *climb, const struct gh_rules *rules,
					__u32 trees)
{
	/* Without branches: each would double what the verifier looks at. */
	climb->wanted[0] = -(trees & 1);
	climb->wanted[1] = -(trees >> 1 & 1);
	climb->wanted[2] = -(trees >> 2 & 1);
	climb->wanted[3] = -(trees >> 3 & 1);
	climb->marks = (rules->marks[0] & -(__u64)(trees & 1)) |
		       (rules->marks[1] & -(__u64)(trees >> 1 & 1)) |
		       (rules->marks[2] & -(__u64)(trees >> 2 & 1)) |
		       (rules->marks[3] & -(__u64)(trees >> 3 & 1));
}

static __always_inline const struct gh_place *gh_place_of(const struct gh_climb *climb)
{
	struct inode *inode = climb->inode;
	struct gh_object key = {}; /* of its own: 6.1 takes no key from memory that it was given */

	key.rules = climb->rules;
	key.ino = GH_LOAD(inode, inode, i_ino);
	key.dev = GH_LOAD(super_block, GH_LOAD(inode, inode, i_sb), s_dev);
	key.generation = GH_LOAD(inode, inode, i_generation);
	return bpf_map_lookup_elem(&gh_places, &key);
}

/* Adds what an object says for what is below it. Global, so that the verifier looks at it once and not at each step. */
__noinline int gh_meet(struct gh_climb *climb)
{
	const struct gh_place *place;

	if (!climb)
		return 0;
	place = gh_place_of(climb);
	if (!place)
		return 0;
	climb->policies[0] |= place->policies[0] & climb->wanted[0];
	climb->policies[1] |= place->policies[1] & climb->wanted[1];
	climb->policies[2] |= place->policies[2] & climb->wanted[2];
	climb->policies[3] |= place->policies[3] & climb->wanted[3];
	return 0;
}

/* Adds what forbids that an object goes from where it is. */
__noinline int gh_lose(struct gh_climb *climb)
{
	const struct gh_place *place;

	if (!climb)
		return 0;
	place = gh_place_of(climb);
	if (place)
		climb->policies[2] |= place->above;
	return 0;
}

static __always_inline void gh_pass(struct gh_climb *climb, __u64 ino, struct inode *inode)
{
	if (!(climb->marks & gh_mark_of(ino)))
		return;
	climb->inode = inode; /* a global function takes no typed pointer */
	gh_meet(climb);
}

/* What a step up needs of an entry: by two loads, or by one read where the fields lie as they always have. */
struct gh_entry {
	struct dentry *parent;
	__u64 name[2];
	struct inode *inode;
};

static __always_inline void gh_read_entry(struct gh_entry *entry, struct dentry *dentry)
{
	const __u32 parent = bpf_core_field_offset(struct dentry, d_parent);
	const __u32 inode = bpf_core_field_offset(struct dentry, d_inode);

	if (!bpf_rdonly_cast && inode - parent == __builtin_offsetof(struct gh_entry, inode)) {
		__builtin_memset(entry, 0, sizeof(*entry));
		bpf_probe_read_kernel(entry, sizeof(*entry), (void *)dentry + parent);
		return;
	}
	entry->parent = GH_LOAD(dentry, dentry, d_parent);
	entry->inode = GH_LOAD(dentry, dentry, d_inode);
}

/*
 * From the root of a file system to where it is mounted. False where there is no
 * further: at the root of all mounts, which is where a way up arrives.
 */
static __always_inline bool gh_cross(struct gh_climb *climb)
{
	struct mount *mount = climb->mount;
	struct mount *above = GH_LOAD(mount, mount, mnt_parent);

	if (!above || above == mount) {
		climb->arrived = 1;
		return false;
	}
	climb->dentry = GH_LOAD(mount, mount, mnt_mountpoint);
	climb->mount = above;
	/* Whoever mounts what below a directory decides nothing about who may write there. */
	climb->wanted[0] = 0;
	climb->wanted[1] = 0;
	return true;
}

static long gh_climb_on(__u32 step, struct gh_climb *climb)
{
	struct dentry *dentry = climb->dentry;
	struct gh_entry entry;
	struct inode *inode;

	gh_read_entry(&entry, dentry);
	inode = entry.inode; /* BPF_CORE_READ would look for the entry in the kernel's own types */
	gh_pass(climb, GH_LOAD(inode, inode, i_ino), inode);
	if (entry.parent != dentry) {
		climb->dentry = entry.parent;
		return 0;
	}
	/* A root, or an entry that was opened by handle and hangs in the air. */
	if (dentry != GH_LOAD(super_block, GH_LOAD(inode, inode, i_sb), s_root))
		return 1;
	return !gh_cross(climb);
}

/* On from climb->dentry, across mounts. 192 steps: paths are shorter; a longer one does not arrive. */
static __always_inline void gh_climb_far(struct gh_climb *climb)
{
	bpf_loop(192, gh_climb_on, climb, 0);
}

#define GH_NEAR 32 /* steps that are taken by plain loads: most files are not as deep */

/*
 * From a directory entry to the root of its file system, and on across mounts
 * where something is forbidden. Plain loads from typed pointers are a tenth of
 * the price of a helper call each, and every open of a guarded file pays.
 */
static __always_inline void gh_climb_from(struct gh_climb *climb, struct dentry *dentry)
{
	struct dentry *parent;
	bool at_root = false;
	int step;

	for (step = 0; step < GH_NEAR; step++) {
		struct inode *inode = dentry->d_inode;

		if (inode) /* what is above an entry has one; the newest verifiers want to see it asked */
			gh_pass(climb, inode->i_ino, inode);
		parent = dentry->d_parent;
		if (parent == dentry) {
			at_root = true;
			break;
		}
		dentry = parent;
	}
	climb->dentry = dentry;
	/* Not asked of `step`: the verifier would look at what follows once for each. */
	if (at_root) {
		climb->arrived = dentry == dentry->d_inode->i_sb->s_root;
		if (!climb->arrived || !climb->mount || !(climb->wanted[2] | climb->wanted[3]))
			return;
		climb->arrived = 0;
		if (!gh_cross(climb))
			return;
	} else {
		climb->arrived = 0;
	}
	gh_climb_far(climb);
}

/* The same from an entry that the verifier does not know as one. */
static __always_inline void gh_climb_from_unknown(struct gh_climb *climb, struct dentry *dentry)
{
	climb->dentry = dentry;
	climb->arrived = 0;
	gh_climb_far(climb);
}

static __always_inline struct mount *gh_mount_of(struct vfsmount *mnt)
{
	return mnt ? (void *)mnt - bpf_core_field_offset(struct mount, mnt) : NULL;
}

/* No file of any tree that a container is given: memory, a pipe, an interface of the kernel. */
static __always_inline bool gh_is_apart(__u64 flags, __u64 magic)
{
	if (flags & SB_NOUSER)
		return true;
	switch (magic) {
	case PROC_SUPER_MAGIC:
	case SYSFS_MAGIC:
	case CGROUP_SUPER_MAGIC:
	case CGROUP2_SUPER_MAGIC:
	case DEVPTS_SUPER_MAGIC:
		return true;
	case HUGETLBFS_MAGIC: /* memory files, unless somebody mounted it */
		return flags & SB_KERNMOUNT;
	default:
		return false;
	}
}

#endif /* GH_OBJECT_H */
