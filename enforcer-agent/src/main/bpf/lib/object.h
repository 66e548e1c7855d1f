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
	sb = BPF_CORE_READ(inode, i_sb);
	if (!sb)
		return false;

	file->dev = BPF_CORE_READ(sb, s_dev);
	file->ino = BPF_CORE_READ(inode, i_ino);
	file->generation = BPF_CORE_READ(inode, i_generation);
	file->mode = BPF_CORE_READ(inode, i_mode);
	if (file->dev == root_dev)
		file->facts |= GH_FACT_ROOT;
	if (!BPF_CORE_READ(inode, i_nlink))
		file->facts |= GH_FACT_UNLINKED;
	if (BPF_CORE_READ(sb, s_magic) == OVERLAYFS_SUPER_MAGIC &&
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
					   enum gh_object_kind kind)
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

struct gh_climb {
	struct dentry *dentry;
	__u32 rules;
	__u32 policies;
};

static long gh_climb_up(__u32 step, struct gh_climb *climb)
{
	struct dentry *dentry = climb->dentry;
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	struct gh_file_facts file;

	/* The first entry may have no inode yet: it is about to be created. */
	if (!gh_read_inode(BPF_CORE_READ(dentry, d_inode), 0, &file) && step)
		return 1;
	climb->policies |= gh_allowed_by(climb->rules, &file, GH_OBJECT_DIRECTORY);
	climb->dentry = parent;
	return !parent || parent == dentry;
}

/*
 * Policies that let their container write below one of the ancestors of a
 * directory entry. 64: no sane path is deeper; a deeper one is not allowed.
 */
static __always_inline __u32 gh_allowed_below(__u32 rules, struct dentry *dentry)
{
	struct gh_climb climb = {.dentry = dentry, .rules = rules};

	bpf_loop(64, gh_climb_up, &climb, 0);
	return climb.policies;
}

#endif /* GH_OBJECT_H */
