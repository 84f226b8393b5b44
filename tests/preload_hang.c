/* Preloaded into a JACK client: the libjack function that LACQUER_HANG names never returns, as has been seen of real
 * ones. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dlfcn.h>
#include <jack/jack.h>
#include <jack/metadata.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void hang_if(const char *name)
{
	const char *wanted = getenv("LACQUER_HANG");
	while (wanted && !strcmp(wanted, name))
		pause();
}

int jack_client_close(jack_client_t *client)
{
	hang_if("close");
	int (*real)(jack_client_t *) = (int (*)(jack_client_t *))dlsym(RTLD_NEXT, "jack_client_close");
	return real(client);
}

int jack_set_property(jack_client_t *client, jack_uuid_t subject, const char *key, const char *value, const char *type)
{
	hang_if("property");
	int (*real)(jack_client_t *, jack_uuid_t, const char *, const char *, const char *) = (int (*)(jack_client_t *,
		jack_uuid_t, const char *, const char *, const char *))dlsym(RTLD_NEXT, "jack_set_property");
	return real(client, subject, key, value, type);
}
