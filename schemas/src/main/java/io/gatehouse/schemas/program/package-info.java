// SPDX-License-Identifier: Apache-2.0
/// What programs are called. The gate judges an image by it before it runs, the agent finds by it which
/// files of an image a policy means; both must mean the same.
package io.gatehouse.schemas.program;
