/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Reading the kernel's memory. Where the kernel has bpf_rdonly_cast (6.2,
 * a35b9af4ec2c) an address becomes a typed pointer and a read is one load; before,
 * each read is a helper call. Both are compiled in, the verifier drops one.
 */
#ifndef GW_READ_H
#define GW_READ_H

extern void *bpf_rdonly_cast(const void *object, __u32 type) __ksym __weak;

/* The value of a field of the struct at an address that may be any number. 0 where it cannot be read. */
#define GW_LOAD(type, address, field)                                                         \
	({                                                                                    \
		__typeof__(((struct type *)0)->field) gw_value = 0;                           \
		struct type *gw_object = (void *)(address);                                   \
		if (bpf_rdonly_cast)                                                          \
			gw_value = ((struct type *)bpf_rdonly_cast(                           \
					    gw_object, bpf_core_type_id_kernel(struct type))) \
					   ->field;                                           \
		else                                                                          \
			bpf_core_read(&gw_value, sizeof(gw_value), &gw_object->field);        \
		gw_value;                                                                     \
	})

/* A pointer that lies at an address. */
static __always_inline __u64 gw_load_pointer(__u64 address)
{
	return (__u64)GW_LOAD(hlist_head, address, first);
}

static __always_inline void gw_count(__u32 stat)
{
	__u64 *n = bpf_map_lookup_elem(&gw_stats, &stat);

	if (n)
		*n += 1;
}

static __always_inline struct gh_watch_control *gw_controls(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&gw_control, &zero);
}

#endif /* GW_READ_H */
