/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Reading the kernel's memory. Where the kernel has bpf_rdonly_cast (6.2,
 * a35b9af4ec2c) an address becomes a typed pointer and a read is one load; before,
 * each read is a helper call. Both are compiled in, the verifier drops one.
 */
#ifndef GH_LOAD_H
#define GH_LOAD_H

extern void *bpf_rdonly_cast(const void *object, __u32 type) __ksym __weak;

/* The value of a field of the struct at an address that may be any number. 0 where it cannot be read. */
#define GH_LOAD(type, address, field)                                                         \
	({                                                                                    \
		__typeof__(((struct type *)0)->field) gh_value = 0;                           \
		struct type *gh_object = (void *)(address);                                   \
		if (bpf_rdonly_cast)                                                          \
			gh_value = ((struct type *)bpf_rdonly_cast(                           \
					    gh_object, bpf_core_type_id_kernel(struct type))) \
					   ->field;                                           \
		else                                                                          \
			bpf_core_read(&gh_value, sizeof(gh_value), &gh_object->field);        \
		gh_value;                                                                     \
	})

#endif /* GH_LOAD_H */
