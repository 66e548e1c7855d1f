/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Which file a program mapped. An overlay puts the file of its layer in the
 * place of its own (`vm_file`). Until 6.6 that one bears the path of the overlay's;
 * since def3ae83da02 (6.7) it keeps that path beside its own.
 */
#ifndef GH_MAPPED_H
#define GH_MAPPED_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct backing_file {
	struct file file;
	struct path user_path;
};

#pragma clang attribute pop

static __always_inline void gh_mapped(struct vm_area_struct *vma, struct gh_mapping *mapping)
{
	struct file *file = BPF_CORE_READ(vma, vm_file);
	struct backing_file *layer = (void *)file;
	struct dentry *dentry;

	if (!file)
		return;
	if (BPF_CORE_READ(file, f_mode) & FMODE_NOACCOUNT &&
	    bpf_core_field_exists(layer->user_path)) {
		dentry = BPF_CORE_READ(layer, user_path.dentry);
		mapping->mnt = (__u64)BPF_CORE_READ(layer, user_path.mnt);
	} else {
		dentry = BPF_CORE_READ(file, f_path.dentry);
		mapping->mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	}
	mapping->dentry = (__u64)dentry;
	mapping->inode = BPF_CORE_READ(dentry, d_inode);
}

#endif /* GH_MAPPED_H */
