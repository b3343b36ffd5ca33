package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"samtjanst/platform/clock"
)

// format is how a language writes values, read once from its texts under "format.".
type format struct {
	decimal, group, minus string
	months, monthsShort   [13]string
	weekdays              [7]string // Sunday first, as time.Weekday
}

func (l *Locale) readFormat() error {
	f := format{decimal: l.T("format.decimal"), group: l.T("format.group"), minus: l.T("format.minus")}
	for i := 1; i <= 12; i++ {
		f.months[i] = l.T("format.month." + strconv.Itoa(i))
		f.monthsShort[i] = l.T("format.month-short." + strconv.Itoa(i))
	}
	for i := range f.weekdays {
		f.weekdays[i] = l.T("format.weekday." + strconv.Itoa(i))
	}
	for _, key := range []string{"format.decimal", "format.group", "format.minus", "format.date", "format.date-time",
		"format.date-short", "format.time", "format.money", "format.size.B", "format.size.kB", "format.size.MB", "format.size.GB"} {
		if !l.Has(key) {
			return fmt.Errorf("i18n: %s: %s is missing", l.Lang, key)
		}
	}
	l.format = f
	return nil
}

// Int writes a whole number, grouped from five digits on (Språkrådet: four digits may stand together).
func (l *Locale) Int(n int64) string { return l.Number(strconv.FormatInt(n, 10)) }

// Number writes an exact decimal as JSON has it ("-1234.50") in the language's way. What is not such a decimal is
// given back as it is.
func (l *Locale) Number(decimal string) string { return l.number(decimal, 5) }

// number groups the whole part when it has at least so many digits.
func (l *Locale) number(decimal string, groupFrom int) string {
	digits, negative := strings.CutPrefix(decimal, "-")
	whole, fraction, point := strings.Cut(digits, ".")
	if whole == "" || strings.Trim(whole, "0123456789") != "" || strings.Trim(fraction, "0123456789") != "" {
		return decimal
	}
	var b strings.Builder
	if negative {
		b.WriteString(l.format.minus)
	}
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 && len(whole) >= groupFrom {
			b.WriteString(l.format.group)
		}
		b.WriteByte(whole[i])
	}
	if point {
		b.WriteString(l.format.decimal)
		b.WriteString(fraction)
	}
	return b.String()
}

// Money writes an amount of Swedish money given in öre: "1 250 kr", "99,50 kr".
func (l *Locale) Money(ore int64) string {
	text := strconv.FormatInt(ore/100, 10)
	if rest := ore % 100; rest != 0 {
		sign := ""
		if ore < 0 {
			rest = -rest
			if ore > -100 {
				sign = "-"
			}
		}
		text = fmt.Sprintf("%s%s.%02d", sign, text, rest)
	}
	return l.T("format.money", "amount", l.number(text, 4))
}

// Size writes a number of bytes: "340 kB", "2,5 MB", counted by 1024 as most people's file managers do.
func (l *Locale) Size(bytes int64) string {
	value, unit := float64(bytes), "B"
	for _, next := range []string{"kB", "MB", "GB"} {
		if value < 1024 {
			break
		}
		value, unit = value/1024, next
	}
	text := strconv.FormatFloat(value, 'f', 1, 64)
	if value >= 100 || unit == "B" {
		text = strconv.FormatFloat(value, 'f', 0, 64)
	}
	return l.T("format.size."+unit, "amount", l.Number(strings.TrimSuffix(text, ".0")))
}

// Date writes the Swedish day of t: "22 november 2026".
func (l *Locale) Date(t time.Time) string {
	return l.date("format.date", t.In(clock.Stockholm))
}

// DateShort writes the Swedish day of t with a short month: "22 nov. 2026".
func (l *Locale) DateShort(t time.Time) string {
	return l.date("format.date-short", t.In(clock.Stockholm))
}

// DateTime writes the Swedish day and time of t: "22 november 2026 kl. 14.05".
func (l *Locale) DateTime(t time.Time) string {
	t = t.In(clock.Stockholm)
	return l.T("format.date-time", "date", l.date("format.date", t), "time", l.clock(t))
}

// Until writes when a time is out, with the time of day where that matters: when it is two days off or less, before or after now.
func (l *Locale) Until(t, now time.Time) string {
	if t.Sub(now).Abs() < 48*time.Hour {
		return l.DateTime(t)
	}
	return l.Date(t)
}

// Time writes the Swedish time of day of t.
func (l *Locale) Time(t time.Time) string { return l.clock(t.In(clock.Stockholm)) }

// ISODate writes a day given as YYYY-MM-DD; anything else is given back as it is.
func (l *Locale) ISODate(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return l.date("format.date", t)
}

// Month gives a month's name, 1–12.
func (l *Locale) Month(m int) string {
	if m < 1 || m > 12 {
		return ""
	}
	return l.format.months[m]
}

// Weekday gives a weekday's name.
func (l *Locale) Weekday(d time.Weekday) string { return l.format.weekdays[d] }

func (l *Locale) date(key string, t time.Time) string {
	year, month, day := t.Date()
	return l.T(key, "day", strconv.Itoa(day), "month", l.format.months[month], "month-short", l.format.monthsShort[month],
		"year", strconv.Itoa(year), "weekday", l.format.weekdays[t.Weekday()])
}

func (l *Locale) clock(t time.Time) string {
	return l.T("format.time", "hour", fmt.Sprintf("%02d", t.Hour()), "minute", fmt.Sprintf("%02d", t.Minute()))
}
