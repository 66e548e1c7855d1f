// SPDX-License-Identifier: Apache-2.0
/// Budgets, baselines and results side by side. Nothing here is a test: a slow machine is no defect.
package io.gatehouse.bench;
