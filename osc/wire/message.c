/* Messages from bytes and into bytes; the encoding is liblo's. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/message.h"

#include "osc/wire/packet.h"

#include <string.h>

/* liblo 0.31 refuses a message without a type tag string, so one is put behind the address. */
static lo_message read_untagged(const uint8_t *data, size_t size)
{
	uint8_t bytes[256] = { 0 };
	if (size + 4 > sizeof bytes)
		return NULL;
	memcpy(bytes, data, size);
	bytes[size] = ',';
	return lo_message_deserialise(bytes, size + 4, NULL);
}

bool message_open(struct message *m, const uint8_t *data, size_t size)
{
	if (packet_unreadable(data, size))
		return false;
	size_t address = (strlen((const char *)data) & ~(size_t)3) + 4;
	/* liblo takes bytes that it may change, but copies them first (0.31, lo_message_deserialise). */
	m->body = address == size ? read_untagged(data, size)
				  : lo_message_deserialise((void *)(uintptr_t)data, size, NULL);
	if (!m->body)
		return false;
	m->address = (const char *)data;
	m->types = lo_message_get_types(m->body);
	m->n = lo_message_get_argc(m->body);
	m->args = lo_message_get_argv(m->body);
	return true;
}

void message_close(struct message *m)
{
	lo_message_free(m->body);
	m->body = NULL;
}

bool message_number(const struct message *m, int index, double *number)
{
	if (index >= m->n)
		return false;
	const void *arg = m->args[index];
	int32_t i;
	int64_t h;
	float f;
	switch (m->types[index]) {
	case 'i':
		memcpy(&i, arg, sizeof i);
		*number = i;
		return true;
	case 'h':
		memcpy(&h, arg, sizeof h);
		*number = (double)h;
		return true;
	case 'f':
		memcpy(&f, arg, sizeof f);
		*number = (double)f;
		return true;
	case 'd':
		memcpy(number, arg, sizeof *number);
		return true;
	case 'T':
	case 'F':
		*number = m->types[index] == 'T';
		return true;
	default:
		return false;
	}
}

const char *message_text(const struct message *m, int index)
{
	bool text = index < m->n && (m->types[index] == 's' || m->types[index] == 'S');
	return text ? (const char *)m->args[index] : NULL;
}

void message_add_list(lo_message body, const char *types, va_list values)
{
	for (; *types; types++) {
		switch (*types) {
		case 'i':
			lo_message_add_int32(body, va_arg(values, int32_t));
			break;
		case 'h':
			lo_message_add_int64(body, va_arg(values, int64_t));
			break;
		case 'f':
			lo_message_add_float(body, (float)va_arg(values, double));
			break;
		case 'd':
			lo_message_add_double(body, va_arg(values, double));
			break;
		case 's':
			lo_message_add_string(body, va_arg(values, const char *));
			break;
		case 'T':
			lo_message_add_true(body);
			break;
		case 'F':
			lo_message_add_false(body);
			break;
		case 'N':
			lo_message_add_nil(body);
			break;
		}
	}
}

void message_add(lo_message body, const char *types, ...)
{
	va_list values;
	va_start(values, types);
	message_add_list(body, types, values);
	va_end(values);
}

bool message_has_switches(lo_message body)
{
	return strpbrk(lo_message_get_types(body), "TF");
}

lo_message message_with_numbers(lo_message body)
{
	const char *types = lo_message_get_types(body);
	lo_message same = lo_message_new();
	if (!same)
		return NULL;
	const struct message m = { .types = types, .n = lo_message_get_argc(body), .args = lo_message_get_argv(body) };
	for (int i = 0; i < m.n; i++) {
		double number;
		if (message_text(&m, i))
			message_add(same, "s", message_text(&m, i));
		else if (types[i] == 'i' && message_number(&m, i, &number))
			message_add(same, "i", (int32_t)number);
		else if (message_number(&m, i, &number))
			message_add(same, "f", number);
		else
			message_add(same, "N");
	}
	return same;
}

size_t message_write(const char *address, lo_message body, uint8_t *bytes, size_t size)
{
	size_t length = lo_message_length(body, address);
	if (length > size)
		return 0;
	lo_message_serialise(body, address, bytes, &length);
	return length;
}

void message_clean(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}
