/* A parameter's value as arguments of a message, in each of its forms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_VALUE_H
#define OSC_VALUE_H

#include "osc/wire/address.h"
#include "osc/wire/message.h"

/* Whether the message asks (no arguments, or N) and does not set. */
bool value_is_question(const struct message *);

/* The one argument as a value in the row's unit, not clamped; now: the present value, for I, which turns a switch over.
 * BAD_VALUE: of a wrong type, not finite, no such choice, or text that param_parse refuses. */
enum status value_read(
	const struct param *, enum form, const struct message *, float now, float *value, struct reason *);

/* Adds the value as the form has it (FORM_INFO: label, unit, scale, min, max, default, step, help, choices...). */
void value_add(lo_message, const struct param *, enum form, float value);

#endif
