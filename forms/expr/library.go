package expr

import (
	"math/big"
	"strings"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"samtjanst/platform/idno"
)

// library are the functions beside CEL's own. All are pure.
//
//	age(number, date) int             whole years of a person by number, or of a date of birth
//	addDays|addMonths|addYears(date, n), daysBetween(from, to) int, year(date) int
//	weekday(date) int                 1 Monday … 7 Sunday
//	workingDay(date) bool             no Saturday, Sunday, holiday or eve (lag 1930:173 2 §, lag 1989:253)
//	addWorkingDays(date, n) date
//	sum(list) number                  exact for whole numbers
func library() []cel.EnvOption {
	s, i := cel.StringType, cel.IntType
	return []cel.EnvOption{
		two("age", s, s, i, func(who, on string) ref.Val {
			day, ok := parse(on)
			born, known := bornOn(who)
			if !ok || !known {
				return types.NewErr("age needs a number or a date of birth, and a date")
			}
			return types.Int(years(born, day))
		}),
		shift("addDays", func(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) }),
		shift("addMonths", addMonths),
		shift("addYears", func(t time.Time, n int) time.Time { return addMonths(t, 12*n) }),
		shift("addWorkingDays", addWorkingDays),
		two("daysBetween", s, s, i, func(from, to string) ref.Val {
			a, ok := parse(from)
			b, ok2 := parse(to)
			if !ok || !ok2 {
				return types.NewErr("daysBetween needs two dates")
			}
			return types.Int(b.Sub(a).Hours() / 24)
		}),
		one("year", i, func(t time.Time) ref.Val { return types.Int(t.Year()) }),
		one("weekday", i, func(t time.Time) ref.Val { return types.Int((int(t.Weekday())+6)%7 + 1) }),
		one("workingDay", cel.BoolType, func(t time.Time) ref.Val { return types.Bool(WorkingDay(t)) }),
		cel.Function("sum", cel.Overload("sum_list", []*cel.Type{cel.ListType(cel.DynType)}, cel.DynType, cel.UnaryBinding(sum))),
	}
}

func one(name string, result *cel.Type, f func(time.Time) ref.Val) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_date", []*cel.Type{cel.StringType}, result, cel.UnaryBinding(func(v ref.Val) ref.Val {
		s, _ := v.(types.String)
		t, ok := parse(string(s))
		if !ok {
			return types.NewErr("%s needs a date", name)
		}
		return f(t)
	})))
}

func two(name string, a, b, result *cel.Type, f func(a, b string) ref.Val) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_2", []*cel.Type{a, b}, result, cel.BinaryBinding(func(x, y ref.Val) ref.Val {
		sx, _ := x.(types.String)
		sy, _ := y.(types.String)
		return f(string(sx), string(sy))
	})))
}

func shift(name string, f func(time.Time, int) time.Time) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_date_int", []*cel.Type{cel.StringType, cel.IntType}, cel.StringType,
		cel.BinaryBinding(func(x, y ref.Val) ref.Val {
			s, _ := x.(types.String)
			n, _ := y.(types.Int)
			t, ok := parse(string(s))
			if !ok || n > 40_000 || n < -40_000 {
				return types.NewErr("%s needs a date and a number of at most 40000", name)
			}
			return types.String(f(t, int(n)).Format(time.DateOnly))
		})))
}

func sum(v ref.Val) ref.Val {
	items, ok := v.(traits.Lister)
	if !ok {
		return types.NewErr("sum needs a list")
	}
	whole, double, exact := new(big.Int), 0.0, true
	for it := items.Iterator(); it.HasNext() == types.True; {
		switch x := it.Next().(type) {
		case types.Int:
			whole.Add(whole, big.NewInt(int64(x)))
		case types.Double:
			exact, double = false, double+float64(x)
		default:
			return types.NewErr("sum needs numbers")
		}
	}
	if exact && whole.IsInt64() {
		return types.Int(whole.Int64())
	}
	f, _ := new(big.Float).SetInt(whole).Float64()
	return types.Double(f + double)
}

func parse(s string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, s)
	return t, err == nil
}

// bornOn takes a twelve-digit number, the date in which may differ from the true date of birth, or a date.
func bornOn(who string) (time.Time, bool) {
	if t, ok := parse(who); ok {
		return t, true
	}
	if !idno.Valid(strings.ReplaceAll(who, "-", "")) {
		return time.Time{}, false
	}
	return idno.Must(strings.ReplaceAll(who, "-", "")).Born(), true
}

func years(born, day time.Time) int {
	n := day.Year() - born.Year()
	if day.Month() < born.Month() || (day.Month() == born.Month() && day.Day() < born.Day()) {
		n--
	}
	return n
}

// addMonths keeps to the month's last day: one month after 31 January is the last of February.
func addMonths(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

func addWorkingDays(t time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		t = t.AddDate(0, 0, step)
		if WorkingDay(t) {
			n--
		}
	}
	return t
}

// WorkingDay reports whether authorities work on a day: no Saturday, no Sunday or holiday (lag 1989:253), nor midsummer's,
// Christmas or New Year's Eve, which count as holidays for time limits (lag 1930:173 2 §).
func WorkingDay(t time.Time) bool {
	if w := t.Weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	switch t.Format("01-02") {
	case "01-01", "01-06", "05-01", "06-06", "12-24", "12-25", "12-26", "12-31":
		return false
	}
	if t.Month() == time.June && t.Weekday() == time.Friday && t.Day() >= 19 && t.Day() <= 25 {
		return false // midsommarafton
	}
	switch days := int(t.Sub(easter(t.Year())).Hours() / 24); days {
	case -2, 1, 39: // långfredagen, annandag påsk, Kristi himmelsfärdsdag
		return false
	}
	return true
}

// easter is Easter Sunday by the Gregorian rule (Meeus, Jones and Butcher).
func easter(y int) time.Time {
	a, b, c := y%19, y/100, y%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	month := (h + l - 7*m + 114) / 31
	day := (h+l-7*m+114)%31 + 1
	return time.Date(y, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}
