/* SPDX-License-Identifier: Apache-2.0 */
/* The same program as dynamic.c, linked to ask for an executable stack and no loader. */
#include "dynamic.c"
