/* A PKCS#11 module for tests: passes every call on to P11SHIM_MODULE and misbehaves where it is told to.
 *
 *   P11SHIM_MODULE=/path/module.so      the real module
 *   P11SHIM_HIDE=0x210b,0x1054          mechanisms that are not listed, and refused with CKR_MECHANISM_INVALID
 *   P11SHIM_FAIL=C_WrapKey=0x30@2,...   answers with this CKR code from the second call on (@1 when left out)
 *   P11SHIM_DELAY=C_WrapKey=500,...     sleeps so many milliseconds before the call
 *   P11SHIM_CRASH=C_WrapKey@3,...       dies of SIGSEGV in the third call
 *   P11SHIM_CUT=C_Encrypt=1             takes so many bytes off the end of what C_Encrypt gives
 *   P11SHIM_FLIP=C_Encrypt=1            flips these bits in the last byte of what C_Encrypt gives
 *   P11SHIM_FLAGS=0x20000               sets these bits in the flags of every token (CK_TOKEN_INFO)
 *   P11SHIM_MANUFACTURER=Example       what every token says of its maker (CK_TOKEN_INFO), at most 32 bytes
 *   P11SHIM_PAD_PIN=738194              what somebody types on the token's pad: C_Login takes a null PIN for this one
 *   P11SHIM_LOG=/path                   appends "C_WrapKey mech=0x210b rv=0x0" for each call, never a value
 *
 * Only the functions at the end of this file are watched; the others go straight to the real module.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pkcs11/pkcs11.h>

static CK_FUNCTION_LIST shim;
static CK_FUNCTION_LIST_PTR real;

/* How often each function was called in this process. */
static int count_call(const char *function) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static struct { const char *function; int calls; } counts[32];
  int i = 0, calls;
  pthread_mutex_lock(&lock);
  while (counts[i].function && strcmp(counts[i].function, function)) i++;
  counts[i].function = function;
  calls = ++counts[i].calls;
  pthread_mutex_unlock(&lock);
  return calls;
}

/* Looks for "function[=value][@from]" in a comma-separated variable; true when it applies to this call. */
static int told_to(const char *variable, const char *function, int call, unsigned long *value) {
  const char *entry = getenv(variable);
  size_t length = strlen(function);
  for (; entry && *entry; entry = strchr(entry, ',') ? strchr(entry, ',') + 1 : NULL) {
    char *rest = (char *) entry + length;
    if (strncmp(entry, function, length) || !strchr("=@,", *rest)) continue;
    *value = *rest == '=' ? strtoul(rest + 1, &rest, 0) : 1;
    return call >= (*rest == '@' ? atoi(rest + 1) : 1);
  }
  return 0;
}

static int hidden(CK_MECHANISM_TYPE mechanism) {
  const char *entry = getenv("P11SHIM_HIDE");
  for (; entry && *entry; entry = strchr(entry, ',') ? strchr(entry, ',') + 1 : NULL)
    if (strtoul(entry, NULL, 0) == mechanism) return 1;
  return 0;
}

static CK_RV misbehave(const char *function) {
  unsigned long value;
  int call = count_call(function);
  if (told_to("P11SHIM_DELAY", function, call, &value)) {
    struct timespec pause = { (time_t) (value / 1000), (long) (value % 1000) * 1000000L };
    nanosleep(&pause, NULL);
  }
  if (told_to("P11SHIM_CRASH", function, call, &value)) raise(SIGSEGV);
  if (told_to("P11SHIM_FAIL", function, call, &value)) return (CK_RV) value;
  return CKR_OK;
}

static CK_RV note(const char *function, CK_MECHANISM_TYPE mechanism, CK_RV rv) {
  const char *path = getenv("P11SHIM_LOG");
  FILE *log = path ? fopen(path, "a") : NULL;
  if (log) {
    fprintf(log, "%s mech=0x%lx rv=0x%lx\n", function, (unsigned long) mechanism, (unsigned long) rv);
    fclose(log);
  }
  return rv;
}

/* Spoils an output that the real module has written. */
static void spoil(const char *function, CK_BYTE_PTR out, CK_ULONG_PTR length) {
  unsigned long value;
  if (told_to("P11SHIM_CUT", function, 1, &value)) *length -= value < *length ? value : *length;
  if (told_to("P11SHIM_FLIP", function, 1, &value) && *length > 0) out[*length - 1] ^= (CK_BYTE) value;
}

/* PKCS#11 lets a caller ask for the length first, so the shortened list is made before anything is copied. */
static CK_RV shim_C_GetMechanismList(CK_SLOT_ID slot, CK_MECHANISM_TYPE_PTR list, CK_ULONG_PTR count) {
  CK_ULONG all = 0, kept = 0, i;
  CK_MECHANISM_TYPE_PTR mechanisms;
  CK_RV rv = misbehave("C_GetMechanismList");
  if (rv == CKR_OK) rv = count ? real->C_GetMechanismList(slot, NULL_PTR, &all) : CKR_ARGUMENTS_BAD;
  if (rv != CKR_OK) return note("C_GetMechanismList", 0, rv);
  if (!(mechanisms = calloc(all + 1, sizeof *mechanisms))) return CKR_HOST_MEMORY;
  rv = real->C_GetMechanismList(slot, mechanisms, &all);
  for (i = 0; rv == CKR_OK && i < all; i++)
    if (!hidden(mechanisms[i])) mechanisms[kept++] = mechanisms[i];
  if (rv == CKR_OK && list && *count < kept) rv = CKR_BUFFER_TOO_SMALL;
  if (rv == CKR_OK && list) memcpy(list, mechanisms, kept * sizeof *mechanisms);
  *count = kept;
  free(mechanisms);
  return note("C_GetMechanismList", 0, rv);
}

#define MECHANISM(m) ((m) ? (m)->mechanism : 0)

/* FORWARD(name, mechanism the call uses or 0, (parameters), (arguments)) defines shim_name. */
#define FORWARD(name, mechanism, parameters, arguments)                             \
  static CK_RV shim_##name parameters {                                             \
    CK_RV rv = misbehave(#name);                                                    \
    if (rv == CKR_OK && (mechanism) && hidden(mechanism)) rv = CKR_MECHANISM_INVALID; \
    return note(#name, (mechanism), rv == CKR_OK ? real->name arguments : rv);      \
  }

FORWARD(C_Initialize, 0, (CK_VOID_PTR arguments), (arguments))
FORWARD(C_Finalize, 0, (CK_VOID_PTR reserved), (reserved))
FORWARD(C_GetSlotList, 0, (CK_BBOOL present, CK_SLOT_ID_PTR list, CK_ULONG_PTR count), (present, list, count))
FORWARD(C_GetMechanismInfo, m, (CK_SLOT_ID slot, CK_MECHANISM_TYPE m, CK_MECHANISM_INFO_PTR info), (slot, m, info))
FORWARD(C_OpenSession, 0, (CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR app, CK_NOTIFY notify, CK_SESSION_HANDLE_PTR s),
        (slot, flags, app, notify, s))
FORWARD(C_CreateObject, 0, (CK_SESSION_HANDLE s, CK_ATTRIBUTE_PTR t, CK_ULONG n, CK_OBJECT_HANDLE_PTR o), (s, t, n, o))
FORWARD(C_DestroyObject, 0, (CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o), (s, o))
FORWARD(C_FindObjectsInit, 0, (CK_SESSION_HANDLE s, CK_ATTRIBUTE_PTR t, CK_ULONG n), (s, t, n))
FORWARD(C_GetAttributeValue, 0, (CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_PTR t, CK_ULONG n), (s, o, t, n))
FORWARD(C_EncryptInit, MECHANISM(m), (CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_OBJECT_HANDLE key), (s, m, key))
FORWARD(C_GenerateRandom, 0, (CK_SESSION_HANDLE s, CK_BYTE_PTR out, CK_ULONG n), (s, out, n))
FORWARD(C_DigestInit, MECHANISM(m), (CK_SESSION_HANDLE s, CK_MECHANISM_PTR m), (s, m))
FORWARD(C_SignInit, MECHANISM(m), (CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_OBJECT_HANDLE key), (s, m, key))
FORWARD(C_Sign, 0, (CK_SESSION_HANDLE s, CK_BYTE_PTR in, CK_ULONG n, CK_BYTE_PTR out, CK_ULONG_PTR l), (s, in, n, out, l))
FORWARD(C_GenerateKey, MECHANISM(m),
        (CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_ATTRIBUTE_PTR t, CK_ULONG n, CK_OBJECT_HANDLE_PTR key), (s, m, t, n, key))
FORWARD(C_GenerateKeyPair, MECHANISM(m),
        (CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_ATTRIBUTE_PTR pub_t, CK_ULONG pub_n, CK_ATTRIBUTE_PTR priv_t,
         CK_ULONG priv_n, CK_OBJECT_HANDLE_PTR pub, CK_OBJECT_HANDLE_PTR priv),
        (s, m, pub_t, pub_n, priv_t, priv_n, pub, priv))
FORWARD(C_WrapKey, MECHANISM(m),
        (CK_SESSION_HANDLE s, CK_MECHANISM_PTR m, CK_OBJECT_HANDLE with, CK_OBJECT_HANDLE key, CK_BYTE_PTR out, CK_ULONG_PTR l),
        (s, m, with, key, out, l))

static CK_RV shim_C_Encrypt(CK_SESSION_HANDLE s, CK_BYTE_PTR in, CK_ULONG n, CK_BYTE_PTR out, CK_ULONG_PTR l) {
  CK_RV rv = misbehave("C_Encrypt");
  if (rv == CKR_OK) rv = real->C_Encrypt(s, in, n, out, l);
  if (rv == CKR_OK && out) spoil("C_Encrypt", out, l);
  return note("C_Encrypt", 0, rv);
}

static CK_RV shim_C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
  const char *flags = getenv("P11SHIM_FLAGS"), *manufacturer = getenv("P11SHIM_MANUFACTURER");
  CK_RV rv = misbehave("C_GetTokenInfo");
  if (rv == CKR_OK) rv = real->C_GetTokenInfo(slot, info);
  if (rv == CKR_OK && flags) info->flags |= (CK_FLAGS) strtoul(flags, NULL, 0);
  if (rv == CKR_OK && manufacturer) {
    size_t length = strnlen(manufacturer, sizeof info->manufacturerID);
    memset(info->manufacturerID, ' ', sizeof info->manufacturerID);
    memcpy(info->manufacturerID, manufacturer, length);
  }
  return note("C_GetTokenInfo", 0, rv);
}

static CK_RV shim_C_Login(CK_SESSION_HANDLE s, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG length) {
  char *typed = getenv("P11SHIM_PAD_PIN");
  CK_RV rv = misbehave("C_Login");
  if (!pin && typed) {
    pin = (CK_UTF8CHAR_PTR) typed;
    length = (CK_ULONG) strlen(typed);
  }
  return note("C_Login", 0, rv == CKR_OK ? real->C_Login(s, user, pin, length) : rv);
}

static CK_RV load_real_module(void) {
  const char *path = getenv("P11SHIM_MODULE");
  void *handle = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
  CK_C_GetFunctionList get = handle ? (CK_C_GetFunctionList) dlsym(handle, "C_GetFunctionList") : NULL;
  if (get) return get(&real);
  fprintf(stderr, "p11shim: %s\n", path ? dlerror() : "P11SHIM_MODULE is not set");
  return CKR_GENERAL_ERROR;
}

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
  CK_RV rv = real ? CKR_OK : load_real_module();
  if (rv != CKR_OK || !list) return rv != CKR_OK ? rv : CKR_ARGUMENTS_BAD;
  shim = *real;
  shim.C_GetFunctionList = C_GetFunctionList;
#define WATCH(name) shim.name = shim_##name
  WATCH(C_Initialize); WATCH(C_Finalize); WATCH(C_GetSlotList); WATCH(C_GetTokenInfo); WATCH(C_GetMechanismList);
  WATCH(C_GetMechanismInfo); WATCH(C_OpenSession); WATCH(C_Login); WATCH(C_CreateObject); WATCH(C_DestroyObject);
  WATCH(C_FindObjectsInit); WATCH(C_GetAttributeValue); WATCH(C_EncryptInit); WATCH(C_Encrypt); WATCH(C_GenerateKey);
  WATCH(C_GenerateKeyPair); WATCH(C_WrapKey); WATCH(C_SignInit); WATCH(C_Sign); WATCH(C_DigestInit); WATCH(C_GenerateRandom);
  *list = &shim;
  return CKR_OK;
}
