// SPDX-License-Identifier: Apache-2.0
/// What is wrong with a text, as values: code, place, why, fix. Everything wrong is reported, in source order.
package io.gatehouse.engine.diagnostic;
