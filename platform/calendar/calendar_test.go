package calendar_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/calendar"
	"samtjanst/platform/fault"
)

func day(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The holidays that fall on a Monday to Saturday, and the eves, as the almanac has them.
func TestHolidays(t *testing.T) {
	for year, want := range map[int]string{
		2024: "01-01 01-06 03-29 04-01 05-01 05-09 06-06 06-22 11-02 12-25 12-26 | 06-21 12-24 12-31",
		2025: "01-01 01-06 04-18 04-21 05-01 05-29 06-06 06-21 11-01 12-25 12-26 | 06-20 12-24 12-31",
		2026: "01-01 01-06 04-03 04-06 05-01 05-14 06-06 06-20 10-31 12-25 12-26 | 06-19 12-24 12-31",
		2027: "01-01 01-06 03-26 03-29 05-01 05-06 06-26 11-06 12-25 | 06-25 12-24 12-31",
		2028: "01-01 01-06 04-14 04-17 05-01 05-25 06-06 06-24 11-04 12-25 12-26 | 06-23 12-24 12-31",
		2029: "01-01 01-06 03-30 04-02 05-01 05-10 06-06 06-23 11-03 12-25 12-26 | 06-22 12-24 12-31",
		2030: "01-01 04-19 04-22 05-01 05-30 06-06 06-22 11-02 12-25 12-26 | 06-21 12-24 12-31",
	} {
		var holidays, eves []string
		for d := calendar.Of(year, time.January, 1); d.Year() == year; d = d.AddDays(1) {
			if d.Holiday() && d.Weekday() != 7 {
				holidays = append(holidays, d.String()[5:])
			}
			if d.Eve() {
				eves = append(eves, d.String()[5:])
			}
			if d.Workday() != (d.Weekday() <= 5 && !d.Holiday() && !d.Eve()) || (d.Weekday() == 7 && !d.Holiday()) {
				t.Errorf("%s is a working day: %v", d, d.Workday())
			}
		}
		if diff := cmp.Diff(want, strings.Join(holidays, " ")+" | "+strings.Join(eves, " ")); diff != "" {
			t.Errorf("%d (-want +got):\n%s", year, diff)
		}
	}
}

func TestEaster(t *testing.T) {
	for _, want := range []string{"1818-03-22", "1943-04-25", "2000-04-23", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28",
		"2028-04-16", "2029-04-01", "2030-04-21", "2038-04-25", "2285-03-22"} {
		if got := calendar.Easter(day(t, want).Year()); got.String() != want {
			t.Errorf("Easter is %s, want %s", got, want)
		}
	}
}

func TestArithmetic(t *testing.T) {
	d := func(s string) calendar.Date { return day(t, s) }
	for got, want := range map[string]string{
		fmt.Sprint("a ", d("2026-01-31").AddMonths(1)):                          "a 2026-02-28",
		fmt.Sprint("b ", d("2024-01-31").AddMonths(1)):                          "b 2024-02-29",
		fmt.Sprint("c ", d("2026-01-31").AddMonths(-2)):                         "c 2025-11-30",
		fmt.Sprint("d ", d("2024-02-29").AddMonths(12)):                         "d 2025-02-28",
		fmt.Sprint("e ", d("2026-03-28").DaysUntil(d("2026-03-30"))):            "e 2", // summer time begins between
		fmt.Sprint("f ", d("2026-03-30").DaysUntil(d("2026-03-28"))):            "f -2",
		fmt.Sprint("g ", d("2008-02-29").YearsUntil(d("2026-02-28"))):           "g 17",
		fmt.Sprint("h ", d("2008-02-29").YearsUntil(d("2026-03-01"))):           "h 18",
		fmt.Sprint("i ", d("2026-12-23").AddWorkdays(1)):                        "i 2026-12-28",
		fmt.Sprint("j ", d("2026-12-28").AddWorkdays(-1)):                       "j 2026-12-23",
		fmt.Sprint("k ", d("2026-12-26").AddWorkdays(0)):                        "k 2026-12-26",
		fmt.Sprint("l ", d("2026-06-18").WorkdaysUntil(d("2026-06-22"))):        "l 1", // midsummer between
		fmt.Sprint("m ", d("2026-06-22").WorkdaysUntil(d("2026-06-18"))):        "m -1",
		fmt.Sprint("n ", d("2026-01-01").WorkdaysUntil(d("2026-12-31"))):        "n 251",
		fmt.Sprint("o ", d("2026-12-24").Due()):                                 "o 2026-12-28",
		fmt.Sprint("p ", d("2026-12-23").Due()):                                 "p 2026-12-23",
		fmt.Sprint("q ", d("2026-11-22").Weekday(), d("2026-11-23").Weekday()):  "q 7 1",
		fmt.Sprint("r ", d("2026-04-02").AddWorkdays(1), d("2026-04-02").Due()): "r 2026-04-07 2026-04-02",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for n := -300; n <= 300; n++ {
		from := d("2026-05-13")
		if got := from.WorkdaysUntil(from.AddWorkdays(n)); got != n {
			t.Errorf("%d working days on are %d", n, got)
		}
	}
}

func TestDateText(t *testing.T) {
	for _, s := range []string{"2026-02-28", "0001-01-01", ""} {
		var d calendar.Date
		if err := d.UnmarshalText([]byte(s)); err != nil {
			t.Fatal(err)
		}
		if b, err := d.MarshalText(); string(b) != s || err != nil || d.IsZero() != (s == "") {
			t.Errorf("%q became %q, %v", s, b, err)
		}
	}
	var d calendar.Date
	if err := d.UnmarshalText([]byte("2026-02-30")); !errors.Is(err, fault.Invalid) {
		t.Errorf("2026-02-30 is %s, %v", d, err)
	}
}

func TestParse(t *testing.T) {
	for _, s := range []string{"", "2026-2-1", "2026-02-29", "20260201", "2026-02-01T00:00:00Z", "0000-01-01"} {
		if d, err := calendar.Parse(s); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q is %s, %v", s, d, err)
		}
	}
}
