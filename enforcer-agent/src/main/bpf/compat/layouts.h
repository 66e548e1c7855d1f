/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Where kernels keep what the watch tells of a program: times of an inode, and
 * pages of a process. Each layout is a flavour of its own; the one that the
 * running kernel has is asked.
 */
#ifndef GH_LAYOUTS_H
#define GH_LAYOUTS_H

#define GH_NANOS 1000000000ULL

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct timespec64 {
	__s64 tv_sec;
	long tv_nsec;
};

/* Before 6.6: two structs. */
struct inode___plain {
	struct timespec64 i_mtime;
	struct timespec64 i_ctime;
};

/* 6.6 (13bc24457850): the change time behind accessors; 6.7 (12cd44023651): the other too. */
struct inode___hidden {
	struct timespec64 __i_ctime;
};

struct inode___hidden_too {
	struct timespec64 __i_mtime;
};

/* 6.11 (3aa63a569c64): loose numbers. */
struct inode___loose {
	__s64 i_mtime_sec;
	__s64 i_ctime_sec;
	__u32 i_mtime_nsec;
	__u32 i_ctime_nsec;
};

/* Before 6.2 (f1a7941243c1): plain counters. */
struct mm_rss_stat {
	struct {
		__s64 counter;
	} count[4];
};

struct mm_struct___plain {
	struct mm_rss_stat rss_stat;
};

struct percpu_counter {
	__s64 count;
};

struct mm_struct___percpu {
	struct percpu_counter rss_stat[4];
};

#pragma clang attribute pop

static __always_inline __u64 gh_changed_at(__u64 address)
{
	struct inode___loose *loose = (void *)address;
	struct inode___hidden *hidden = (void *)address;
	struct inode___plain *plain = (void *)address;

	if (bpf_core_field_exists(loose->i_ctime_sec))
		return BPF_CORE_READ(loose, i_ctime_sec) * GH_NANOS +
		       BPF_CORE_READ(loose, i_ctime_nsec);
	if (bpf_core_field_exists(hidden->__i_ctime))
		return BPF_CORE_READ(hidden, __i_ctime.tv_sec) * GH_NANOS +
		       BPF_CORE_READ(hidden, __i_ctime.tv_nsec);
	if (bpf_core_field_exists(plain->i_ctime))
		return BPF_CORE_READ(plain, i_ctime.tv_sec) * GH_NANOS +
		       BPF_CORE_READ(plain, i_ctime.tv_nsec);
	return 0;
}

static __always_inline __u64 gh_modified_at(__u64 address)
{
	struct inode___loose *loose = (void *)address;
	struct inode___hidden_too *hidden = (void *)address;
	struct inode___plain *plain = (void *)address;

	if (bpf_core_field_exists(loose->i_mtime_sec))
		return BPF_CORE_READ(loose, i_mtime_sec) * GH_NANOS +
		       BPF_CORE_READ(loose, i_mtime_nsec);
	if (bpf_core_field_exists(hidden->__i_mtime))
		return BPF_CORE_READ(hidden, __i_mtime.tv_sec) * GH_NANOS +
		       BPF_CORE_READ(hidden, __i_mtime.tv_nsec);
	if (bpf_core_field_exists(plain->i_mtime))
		return BPF_CORE_READ(plain, i_mtime.tv_sec) * GH_NANOS +
		       BPF_CORE_READ(plain, i_mtime.tv_nsec);
	return 0;
}

/* Pages of one kind; what single processors have not added up yet is missing from it. */
#define GH_PAGES(mm, kind)                                                                \
	({                                                                                \
		struct mm_struct___percpu *gh_percpu = (void *)(mm);                      \
		struct mm_struct___plain *gh_plain = (void *)(mm);                        \
		__s64 gh_pages = 0;                                                       \
		if (bpf_core_field_exists(gh_percpu->rss_stat[kind].count))               \
			gh_pages = BPF_CORE_READ(gh_percpu, rss_stat[kind].count);        \
		else if (bpf_core_field_exists(gh_plain->rss_stat.count[kind].counter))   \
			gh_pages = BPF_CORE_READ(gh_plain, rss_stat.count[kind].counter); \
		gh_pages < 0 ? 0 : (__u64)gh_pages;                                       \
	})

#endif /* GH_LAYOUTS_H */
