/* Preloaded into a JACK client: the libjack functions that LACQUER_HANG names do not return, as has been seen of real
 * ones. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LACQUER_HANG holds the words close, open, property; or the path of a file with them, which is looked at again and
 * again. The word nameless keeps a client away from JACK's data base of ports' names: one that is killed in it leaves a
 * lock behind, for which all of this user's servers and clients wait from then on. */
#include <dlfcn.h>
#include <jack/jack.h>
#include <jack/metadata.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_wanted(const char *name)
{
	char words[64] = "";
	const char *wanted = getenv("LACQUER_HANG");
	if (!wanted || wanted[0] != '/')
		return wanted && strstr(wanted, name);
	FILE *file = fopen(wanted, "re");
	if (file && !fgets(words, sizeof words, file))
		words[0] = '\0';
	if (file)
		fclose(file);
	return strstr(words, name);
}

static void hang_if(const char *name)
{
	while (is_wanted(name))
		usleep(50000);
}

jack_client_t *jack_client_open(const char *name, jack_options_t options, jack_status_t *status, ...)
{
	va_list rest;
	hang_if("open");
	jack_client_t *(*real)(const char *, jack_options_t, jack_status_t *, ...) =
		(jack_client_t * (*)(const char *, jack_options_t, jack_status_t *, ...))
			dlsym(RTLD_NEXT, "jack_client_open");
	if (!(options & JackServerName))
		return real(name, options, status);
	va_start(rest, status);
	const char *server = va_arg(rest, const char *);
	va_end(rest);
	return real(name, options, status, server);
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
	if (is_wanted("nameless"))
		return -1;
	int (*real)(jack_client_t *, jack_uuid_t, const char *, const char *, const char *) = (int (*)(jack_client_t *,
		jack_uuid_t, const char *, const char *, const char *))dlsym(RTLD_NEXT, "jack_set_property");
	return real(client, subject, key, value, type);
}

int jack_remove_properties(jack_client_t *client, jack_uuid_t subject)
{
	if (is_wanted("nameless"))
		return -1;
	int (*real)(jack_client_t *, jack_uuid_t) =
		(int (*)(jack_client_t *, jack_uuid_t))dlsym(RTLD_NEXT, "jack_remove_properties");
	return real(client, subject);
}
