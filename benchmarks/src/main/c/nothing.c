// SPDX-License-Identifier: Apache-2.0
/* What loops.c runs when it measures fork and exec. */
int main(void)
{
	return 0;
}
