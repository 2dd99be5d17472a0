/* SPDX-License-Identifier: MIT */
#include "utc.h"

#include <inttypes.h>
#include <string.h>

#include "digits.h"

enum { DAY = 86400, DAYS_OF_400_YEARS = 146097 };

/* Days before each month in a year that begins in March: the leap day comes last and shifts no other month. */
static unsigned days_before(unsigned month_from_march) {
    return (153 * month_from_march + 2) / 5;
}

/* Days since 1 January 1970. */
static int64_t day_number(int64_t year, unsigned month, unsigned day) {
    int64_t from_march = month > 2 ? year : year - 1;
    unsigned month_from_march = month > 2 ? month - 3 : month + 9;
    return from_march * 365 + from_march / 4 - from_march / 100 + from_march / 400 + days_before(month_from_march) +
           day - 1 - 719468; /* From 1 March of the year 0 to 1970. */
}

struct utc utc_of(int64_t seconds) {
    int64_t days = seconds / DAY - (seconds % DAY < 0 ? 1 : 0);
    unsigned of_day = (unsigned)(seconds - days * DAY);
    int64_t from_march = days + 719468, era = from_march / DAYS_OF_400_YEARS - (from_march < 0 ? 1 : 0);
    unsigned of_era = (unsigned)(from_march - era * DAYS_OF_400_YEARS);
    unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / (DAYS_OF_400_YEARS - 1)) / 365;
    unsigned of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    return (struct utc){.year = era * 400 + year + (month >= 10 ? 1 : 0),
                        .month = month < 10 ? month + 3 : month - 9,
                        .day = of_year - days_before(month) + 1,
                        .hour = of_day / 3600,
                        .minute = of_day / 60 % 60,
                        .second = of_day % 60};
}

void utc_add_iso(struct text *text, int64_t milliseconds) {
    int64_t seconds = milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0);
    struct utc utc = utc_of(seconds);
    text_addf(text, "%04" PRId64 "-%02u-%02uT%02u:%02u:%02u.%03uZ", utc.year, utc.month, utc.day, utc.hour, utc.minute,
              utc.second, (unsigned)(milliseconds - seconds * 1000));
}

void utc_add_unix(struct text *text, int64_t milliseconds) {
    text_addf(text, "%" PRId64 ".%03d", milliseconds / 1000, (int)(milliseconds % 1000));
}

/* Takes `count` digits and the letter that must follow ('\0': none). */
static bool take_part(const char **text, int count, char next, unsigned *number) {
    uint64_t value;
    bool has_all = take_digits(text, count, &value) == count;
    *number = (unsigned)value;
    return has_all && (next == '\0' || *(*text)++ == next);
}

/* Takes the digits after the decimal point. */
static double take_decimals(const char **text) {
    double part = 0, unit = 1;
    for (; is_digit(**text); (*text)++) {
        unit /= 10;
        part += (**text - '0') * unit;
    }
    return part;
}

bool utc_parse(const char *text, double *seconds) {
    unsigned year, month, day, hour, minute, second;
    if (!take_part(&text, 4, '-', &year) || !take_part(&text, 2, '-', &month) || !take_part(&text, 2, 'T', &day) ||
        !take_part(&text, 2, ':', &hour) || !take_part(&text, 2, ':', &minute) || !take_part(&text, 2, '\0', &second) ||
        year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    struct utc date = utc_of(day_number(year, month, day) * DAY);
    if (date.month != month) { /* A date such as 30 February. */
        return false;
    }
    *seconds = (double)(day_number(year, month, day) * DAY + (int64_t)hour * 3600 + (int64_t)minute * 60 + second);
    if (*text == '.') {
        text++;
        *seconds += take_decimals(&text);
    }
    return strcmp(text, "Z") == 0;
}

bool utc_parse_time_of_day(const char *text, double *seconds) {
    unsigned hour, minute, second = 0;
    if (!take_part(&text, 2, ':', &hour) || !take_part(&text, 2, '\0', &minute)) {
        return false;
    }
    if (*text == ':') {
        text++;
        if (!take_part(&text, 2, '\0', &second)) {
            return false;
        }
    }
    *seconds = hour * 3600 + minute * 60 + second;
    return *text == '\0' && hour < 24 && minute < 60 && second < 60;
}
