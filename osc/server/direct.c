/* A server without sockets: one message at a time from the program itself. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/direct.h"

#include "osc/server/dispatch.h"
#include "osc/server/presets.h"
#include "osc/server/router.h"
#include "osc/server/serving.h"

#include <stdlib.h>

struct direct {
	struct server server;
	struct peer peer; /* nobody: answers go nowhere */
};

static void on_chain(void *user, unsigned origin)
{
	struct direct *direct = user;
	(void)origin;
	subjects_build(&direct->server.subjects, control_rack(direct->server.control));
}

struct direct *direct_new(struct control *control)
{
	struct direct *direct = calloc(1, sizeof *direct);
	if (!direct)
		return NULL;
	direct->server.control = control;
	direct->server.listener = (struct control_listener){ .user = direct, .chain = on_chain };
	if (!subjects_build(&direct->server.subjects, control_rack(control))) {
		direct_free(direct);
		return NULL;
	}
	control_listen(control, &direct->server.listener);
	return direct;
}

void direct_free(struct direct *direct)
{
	if (!direct)
		return;
	presets_orphan(&direct->server);
	control_unlisten(direct->server.control, &direct->server.listener);
	subjects_free(&direct->server.subjects);
	free(direct);
}

static enum status apply(struct direct *direct, const char *address, lo_message body, struct reason *reason)
{
	struct reason refusal = { "" }, clamped = { "" };
	const struct message message = {
		.address = address,
		.types = lo_message_get_types(body),
		.n = lo_message_get_argc(body),
		.args = lo_message_get_argv(body),
		.body = body,
	};
	struct request request = { .server = &direct->server, .peer = &direct->peer, .message = &message };
	direct->server.refusal = &refusal;
	direct->server.clamped = &clamped;
	dispatch(&request);
	direct->server.refusal = direct->server.clamped = NULL;
	if (refusal.text[0] == '\0')
		return reason_set(reason, STATUS_OK, "%s", clamped.text);
	return reason_set(reason, STATUS_BAD_VALUE, "%s", refusal.text);
}

enum status direct_apply_words(
	struct direct *direct, const char *address, const struct word *words, int n, struct reason *reason)
{
	const struct route *route = router_find(address);
	lo_message body = lo_message_new();
	if (!body)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory");
	words_add(body, address, route ? route->arguments : "", words, n);
	enum status status = apply(direct, address, body, reason);
	lo_message_free(body);
	return status;
}
