// SPDX-License-Identifier: Apache-2.0
/// The alert as a record: what is printed, written to files and sent on, whatever raised it.
package io.gatehouse.schemas.alert;
