package expr

import (
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"samtjanst/platform/calendar"
	"samtjanst/platform/idno"
)

// How far dates are moved or counted at once: working days are looked at one by one.
const (
	maxDays     = 40_000
	maxWorkdays = 1_000
	maxSpan     = 4_000
)

// dates are the functions of dates, which are texts: "2026-11-22".
func dates() []entry {
	const group = "Datum"
	i, b := cel.IntType, cel.BoolType
	e := func(name, signature, meaning, example, result string, declare cel.EnvOption) entry {
		return entry{Function{name, group, signature, meaning, example, result}, declare}
	}
	return []entry{
		e("today", "today", "Dagens datum.", `today`, `"2026-11-22"`, nil),
		e("age", "age(nummer eller födelsedatum, datum) → heltal", "Ålder i hela år den dagen.", `age("2008-11-22", today)`, `18`,
			twoDates("age", func(on string) (calendar.Date, bool) { return bornOn(on) }, i, func(born, on calendar.Date) ref.Val {
				return types.Int(born.YearsUntil(on))
			})),
		e("addDays", "addDays(datum, antal) → datum", "Så många dagar senare; minus är tidigare.", `addDays(today, 10)`, `"2026-12-02"`,
			shift("addDays", maxDays, calendar.Date.AddDays)),
		e("addMonths", "addMonths(datum, antal) → datum", "Så många månader senare, högst månadens sista dag.", `addMonths("2026-01-31", 1)`, `"2026-02-28"`,
			shift("addMonths", 12_000, calendar.Date.AddMonths)),
		e("addYears", "addYears(datum, antal) → datum", "Så många år senare.", `addYears("2024-02-29", 1)`, `"2025-02-28"`,
			shift("addYears", 1_000, func(d calendar.Date, n int) calendar.Date { return d.AddMonths(12 * n) })),
		e("daysBetween", "daysBetween(från, till) → heltal", "Antal dagar mellan två datum.", `daysBetween("2026-11-22", "2026-12-24")`, `32`,
			twoDates("daysBetween", date, i, func(from, to calendar.Date) ref.Val { return types.Int(from.DaysUntil(to)) })),
		e("year", "year(datum) → heltal", "Året.", `year(today)`, `2026`, one("year", i, func(d calendar.Date) ref.Val { return types.Int(d.Year()) })),
		e("month", "month(datum) → heltal", "Månaden, 1 till 12.", `month(today)`, `11`, one("month", i, func(d calendar.Date) ref.Val { return types.Int(d.Month()) })),
		e("day", "day(datum) → heltal", "Dagen i månaden.", `day(today)`, `22`, one("day", i, func(d calendar.Date) ref.Val { return types.Int(d.Day()) })),
		e("weekday", "weekday(datum) → heltal", "Veckodagen, 1 är måndag och 7 söndag.", `weekday(today)`, `7`, one("weekday", i, func(d calendar.Date) ref.Val { return types.Int(d.Weekday()) })),
		e("workday", "workday(datum)", "Sant när dagen är en arbetsdag: ingen lördag, röd dag, midsommarafton, julafton eller nyårsafton.", `workday("2026-06-19")`, `false`,
			one("workday", b, func(d calendar.Date) ref.Val { return types.Bool(d.Workday()) })),
		e("redDay", "redDay(datum)", "Sant på söndagar och andra röda dagar. Aftnar är inte röda.", `redDay("2026-06-19") || redDay("2026-06-20")`, `true`,
			one("redDay", b, func(d calendar.Date) ref.Val { return types.Bool(d.Holiday()) })),
		e("addWorkdays", "addWorkdays(datum, antal) → datum", "Så många arbetsdagar senare; minus är tidigare. Högst 1 000.", `addWorkdays("2026-12-23", 1)`, `"2026-12-28"`,
			shift("addWorkdays", maxWorkdays, calendar.Date.AddWorkdays)),
		e("workdaysBetween", "workdaysBetween(från, till) → heltal", "Antal arbetsdagar efter det första datumet, till och med det andra. Högst elva år.", `workdaysBetween("2026-12-23", "2026-12-31")`, `3`,
			twoDates("workdaysBetween", date, i, func(from, to calendar.Date) ref.Val {
				if n := from.DaysUntil(to); n > maxSpan || n < -maxSpan {
					return types.NewErr("workdaysBetween counts at most %d days", maxSpan)
				}
				return types.Int(from.WorkdaysUntil(to))
			})),
	}
}

func one(name string, result *cel.Type, f func(calendar.Date) ref.Val) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_date", []*cel.Type{cel.StringType}, result, cel.UnaryBinding(func(v ref.Val) ref.Val {
		s, _ := v.(types.String)
		d, ok := date(string(s))
		if !ok {
			return types.NewErr("%s needs a date", name)
		}
		return f(d)
	})))
}

func twoDates(name string, first func(string) (calendar.Date, bool), result *cel.Type, f func(a, b calendar.Date) ref.Val) cel.EnvOption {
	s := cel.StringType
	return cel.Function(name, cel.Overload(name+"_2", []*cel.Type{s, s}, result, cel.BinaryBinding(func(x, y ref.Val) ref.Val {
		sx, _ := x.(types.String)
		sy, _ := y.(types.String)
		a, ok := first(string(sx))
		b, ok2 := date(string(sy))
		if !ok || !ok2 {
			return types.NewErr("%s needs two dates", name)
		}
		return f(a, b)
	})))
}

func shift(name string, most types.Int, f func(calendar.Date, int) calendar.Date) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_date_int", []*cel.Type{cel.StringType, cel.IntType}, cel.StringType,
		cel.BinaryBinding(func(x, y ref.Val) ref.Val {
			s, _ := x.(types.String)
			n, isInt := y.(types.Int)
			d, ok := date(string(s))
			if !ok || !isInt || n > most || n < -most {
				return types.NewErr("%s needs a date and a whole number of at most %d", name, most)
			}
			if d = f(d, int(n)); d.Year() < 1 || d.Year() > 9999 {
				return types.NewErr("%s goes beyond the calendar", name)
			}
			return types.String(d.String())
		})))
}

func date(s string) (calendar.Date, bool) {
	d, err := calendar.Parse(s)
	return d, err == nil
}

// bornOn takes a twelve-digit number, the date in which may differ from the true date of birth, or a date.
func bornOn(who string) (calendar.Date, bool) {
	if d, ok := date(who); ok {
		return d, true
	}
	digits := strings.ReplaceAll(who, "-", "")
	if !idno.Valid(digits) {
		return calendar.Date{}, false
	}
	t := idno.Must(digits).Born()
	return calendar.Of(t.Year(), t.Month(), t.Day()), true
}
