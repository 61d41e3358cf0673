/* Whole logins against a running site, as many as fit into some seconds: the client of benchmarks/logins.py.
 *
 *   logins SITE_HOST SITE_PORT CA.pem CARDS_FOLDER CARDS CLIENTS SECONDS cold|warm|once NAME
 *
 * Each client is a thread with its share of the cards, N.pem for the person whose surname is NAME % N. A login: a new
 * connection to the site, GET / (cold), POST /logga-in, a new connection with the card to the host that it is sent to,
 * back to the first connection, and the start page, in which the surname must stand. No TLS session is resumed. Warm:
 * the browser has the cookie and the token of a form from before. Once: one connection with the card and one request,
 * which is all that a server can save. Every client logs in once before the clock starts, every card if they are warm.
 *
 * Prints one line: logins done, logins failed, and the latency of each in microseconds. A login that fails says why.
 */
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define BODY (256 * 1024)
#define HEAD (16 * 1024)
#define COOKIES 8
#define TEXT 512

typedef struct { char name[64], value[TEXT]; } Cookie;
typedef struct { SSL_CTX *tls; Cookie cookies[COOKIES]; char token[TEXT], surname[16]; } Browser;
typedef struct { int fd; SSL *ssl; char authority[TEXT]; } Connection;
typedef struct { int status; char location[TEXT]; char *body; size_t length; } Answer;
typedef struct { int first, last, done, failed; long *took; Answer answer; } Client;

static const char *site_host;
static int site_port, is_warm, is_once, clients;
static double seconds;
static char site[TEXT];
static SSL_CTX *without_card;
static Browser *browsers;
static pthread_barrier_t start_line;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    ERR_print_errors_fp(stderr);
    exit(2);
}

static int no(const char *format, ...)
{
    va_list rest;
    va_start(rest, format);
    vfprintf(stderr, format, rest);
    va_end(rest);
    fputc('\n', stderr);
    return 0;
}

static SSL_CTX *context(const char *ca, const char *card)
{
    SSL_CTX *made = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(made, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
    if (SSL_CTX_load_verify_locations(made, ca, NULL) != 1) die(ca);
    if (card && (SSL_CTX_use_certificate_chain_file(made, card) != 1
                 || SSL_CTX_use_PrivateKey_file(made, card, SSL_FILETYPE_PEM) != 1)) die(card);
    return made;
}

static int open_to(Connection *it, SSL_CTX *tls, const char *host, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval patience = {.tv_sec = 60};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    snprintf(it->authority, sizeof it->authority, "%s:%d", host, port);
    it->ssl = NULL;
    it->fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(it->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(it->fd, (struct sockaddr *)&address, sizeof address)) return no("no connection to %s", it->authority);
    it->ssl = SSL_new(tls);
    SSL_set_tlsext_host_name(it->ssl, host);
    SSL_set1_host(it->ssl, host);
    SSL_set_fd(it->ssl, it->fd);
    return SSL_connect(it->ssl) == 1 || no("no handshake with %s", it->authority);
}

static void close_it(Connection *it)
{
    if (it->ssl) SSL_shutdown(it->ssl), SSL_free(it->ssl);
    close(it->fd);
}

static void keep_cookie(Browser *browser, const char *line)
{
    char name[64], value[TEXT];
    if (sscanf(line, " %63[^=]=%511[^;\r]", name, value) < 1) return;
    for (int i = 0; i < COOKIES; i++) {
        Cookie *here = &browser->cookies[i];
        if (*here->name && strcmp(here->name, name)) continue;
        strcpy(here->name, name);
        strcpy(here->value, value);
        return;
    }
}

/* Headers, and a body of a known length, in chunks or to the end of the connection. */
static int read_answer(Connection *it, Browser *browser, Answer *answer)
{
    static __thread char head[HEAD];
    size_t have = 0;
    char *end = NULL;
    while (!end) {
        int n = have < HEAD - 1 ? SSL_read(it->ssl, head + have, HEAD - 1 - have) : 0;
        if (n <= 0) return no("no answer from %s", it->authority);
        head[have += n] = 0;
        end = strstr(head, "\r\n\r\n");
    }
    long length = -1;
    int chunked = 0;
    *answer->location = 0;
    sscanf(head, "HTTP/1.1 %d", &answer->status);
    if (answer->status == 204) length = 0;
    for (char *line = strstr(head, "\r\n"); line && line < end; line = strstr(line + 2, "\r\n")) {
        char *field = line + 2;
        if (!strncasecmp(field, "content-length:", 15)) length = atol(field + 15);
        if (!strncasecmp(field, "transfer-encoding: chunked", 26)) chunked = 1;
        if (!strncasecmp(field, "location:", 9)) sscanf(field + 9, " %511[^\r]", answer->location);
        if (!strncasecmp(field, "set-cookie:", 11) && browser) keep_cookie(browser, field + 11);
    }
    char *rest = end + 4;
    answer->length = have - (rest - head);
    memcpy(answer->body, rest, answer->length);
    for (;;) {
        answer->body[answer->length] = 0;
        if (length >= 0 && answer->length >= (size_t)length) break;
        if (chunked && answer->length >= 5 && !memcmp(answer->body + answer->length - 5, "0\r\n\r\n", 5)) break;
        int n = SSL_read(it->ssl, answer->body + answer->length, BODY - 1 - answer->length);
        if (n <= 0) break;
        answer->length += n;
    }
    return 1;
}

static int ask(Connection *it, Browser *browser, const char *method, const char *path, const char *form, Answer *answer)
{
    char sent[HEAD], cookies[COOKIES * TEXT] = "";
    for (int i = 0; browser && i < COOKIES; i++) {
        Cookie *one = &browser->cookies[i];
        if (!*one->value) continue;
        sprintf(cookies + strlen(cookies), "%s%s=%s", *cookies ? "; " : "Cookie: ", one->name, one->value);
    }
    int n = snprintf(sent, sizeof sent,
        "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\nOrigin: https://%s\r\n%s%s"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
        method, path, it->authority, site, cookies, *cookies ? "\r\n" : "", form ? strlen(form) : 0, form ? form : "");
    return SSL_write(it->ssl, sent, n) == n ? read_answer(it, browser, answer) : no("%s takes nothing", it->authority);
}

static int read_token(Browser *browser, Answer *answer)
{
    char *at = strstr(answer->body, "name=\"csrfmiddlewaretoken\"");
    at = at ? strstr(at, "value=\"") : NULL;
    return (at && sscanf(at, "value=\"%511[^\"]", browser->token) == 1) || no("no token on the front page");
}

static int through_the_card_door(Browser *browser, Answer *answer)
{
    char host[TEXT], path[TEXT];
    int port;
    if (sscanf(answer->location, "https://%511[^:/]:%d%511s", host, &port, path) != 3)
        return no("no card host: %d %s", answer->status, answer->location);
    Connection door;
    int ok = open_to(&door, browser->tls, host, port) && ask(&door, NULL, "GET", path, NULL, answer);
    close_it(&door);
    return ok;
}

static int follow(Connection *it, Browser *browser, Answer *answer)
{
    while (answer->status == 303) {
        char path[TEXT] = "/";
        if (sscanf(answer->location, "https://%*[^/]%511s", path) != 1) strcpy(path, answer->location);
        if (!ask(it, browser, "GET", path, NULL, answer)) return 0;
    }
    return 1;
}

static void forget_session(Browser *browser)
{
    for (int i = 0; i < COOKIES; i++)
        if (strstr(browser->cookies[i].name, "session")) *browser->cookies[i].value = 0;
}

static int ask_once(Browser *browser, Answer *answer)
{
    Connection it;
    int ok = open_to(&it, browser->tls, site_host, site_port) && ask(&it, NULL, "GET", "/", NULL, answer);
    close_it(&it);
    return ok && (answer->status / 100 == 2 || no("answered %d", answer->status));
}

static int log_in(Browser *browser, Answer *answer, int warm)
{
    if (is_once) return ask_once(browser, answer);
    Connection it;
    char form[TEXT + 32];
    if (!warm) memset(browser->cookies, 0, sizeof browser->cookies);
    forget_session(browser);
    int ok = open_to(&it, without_card, site_host, site_port);
    if (ok && !warm) ok = ask(&it, browser, "GET", "/", NULL, answer) && read_token(browser, answer);
    snprintf(form, sizeof form, "csrfmiddlewaretoken=%s", browser->token);
    ok = ok && ask(&it, browser, "POST", "/logga-in", form, answer) && through_the_card_door(browser, answer)
        && follow(&it, browser, answer);
    if (ok && (answer->status != 200 || !strstr(answer->body, browser->surname)))
        ok = no("not the start page of %s: %d", browser->surname, answer->status);
    close_it(&it);
    return ok;
}

/* What a browser has that logged in yesterday: cookies but that of a session, and a form's token. */
static int remember(Browser *browser, Answer *answer)
{
    Connection it;
    forget_session(browser);
    int ok = open_to(&it, without_card, site_host, site_port) && ask(&it, browser, "GET", "/", NULL, answer)
        && read_token(browser, answer);
    close_it(&it);
    return ok;
}

static void *run(void *of)
{
    Client *me = of;
    for (int n = me->first; n < (is_warm ? me->last : me->first + 1); n++)
        if (!log_in(&browsers[n], &me->answer, 0) || (is_warm && !remember(&browsers[n], &me->answer))) exit(2);
    pthread_barrier_wait(&start_line);
    double end = now() + seconds;
    for (int n = me->first; now() < end; n = n + 1 < me->last ? n + 1 : me->first) {
        double began = now();
        if (!log_in(&browsers[n], &me->answer, is_warm)) { me->failed++; continue; }
        me->took = realloc(me->took, (me->done + 1) * sizeof *me->took);
        me->took[me->done++] = (now() - began) * 1e6;
    }
    return NULL;
}

int main(int count, char **told)
{
    if (count != 10) die("logins SITE_HOST SITE_PORT CA.pem CARDS_FOLDER CARDS CLIENTS SECONDS cold|warm|once NAME");
    const char *ca = told[3], *folder = told[4];
    int cards = atoi(told[5]), done = 0, failed = 0;
    site_host = told[1], site_port = atoi(told[2]), clients = atoi(told[6]), seconds = atof(told[7]);
    is_warm = !strcmp(told[8], "warm"), is_once = !strcmp(told[8], "once");
    snprintf(site, sizeof site, "%s:%d", site_host, site_port);
    without_card = context(ca, NULL);
    browsers = calloc(cards, sizeof *browsers);
    for (int n = 0; n < cards; n++) {
        char card[4096];
        snprintf(card, sizeof card, "%s/%d.pem", folder, n);
        browsers[n].tls = context(ca, card);
        snprintf(browsers[n].surname, sizeof browsers[n].surname, told[9], n);
    }
    pthread_t *threads = calloc(clients, sizeof *threads);
    Client *all = calloc(clients, sizeof *all);
    pthread_barrier_init(&start_line, NULL, clients + 1);
    for (int i = 0; i < clients; i++) {
        all[i].first = cards * i / clients, all[i].last = cards * (i + 1) / clients;
        all[i].answer.body = malloc(BODY);
        pthread_create(&threads[i], NULL, run, &all[i]);
    }
    pthread_barrier_wait(&start_line);
    puts("go"), fflush(stdout);
    for (int i = 0; i < clients; i++) pthread_join(threads[i], NULL), done += all[i].done, failed += all[i].failed;
    printf("%d %d", done, failed);
    for (int i = 0; i < clients; i++)
        for (int n = 0; n < all[i].done; n++) printf(" %ld", all[i].took[n]);
    putchar('\n');
}
