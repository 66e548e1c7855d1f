/* SPDX-License-Identifier: Apache-2.0 */
/* A program that needs a loader and no library, for attack.c; what it answers says that it ran. */
__attribute__((naked, noreturn)) void _start(void)
{
#if defined(__x86_64__)
	__asm__("mov $60, %eax\n\tmov $42, %edi\n\tsyscall");
#elif defined(__aarch64__)
	__asm__("mov x8, #93\n\tmov x0, #42\n\tsvc #0");
#endif
}
