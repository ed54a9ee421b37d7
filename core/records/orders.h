/* Orders of operators: arm, disarm, adopt, and reporting the end of an installation. pxed/control.h says what each
 * guarantees. */
#pragma once

#include "context.h"
#include "pxed/control.h"

size_t orders_check(void *self, const struct pxed_arm_order *order,
                    void (*refusal)(void *arg, const struct pxed_hwaddr *mac, enum pxed_reason reason), void *arg);
void orders_arm(void *self, const struct pxed_arm_order *order, void (*done)(void *arg, int result), void *arg);
void orders_disarm(void *self, const struct pxed_hwaddr *macs, size_t n, struct pxed_slice who,
                   void (*done)(void *arg, int result), void *arg);
void orders_adopt(void *self, const struct pxed_hwaddr *macs, size_t n, struct pxed_slice who,
                  void (*done)(void *arg, int result), void *arg);
enum pxed_reason orders_event(void *self, const struct pxed_hwaddr *mac, struct pxed_slice stage,
                              struct pxed_slice reason, struct pxed_slice who, void (*done)(void *arg, int result),
                              void *arg);
