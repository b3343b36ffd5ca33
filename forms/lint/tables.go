package lint

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"samtjanst/forms"
)

// tables finds days for which a table has two rows, or none between two rows.
func (l *linter) tables() {
	for _, name := range slices.Sorted(maps.Keys(l.def.Tables)) {
		t := l.def.Tables[name]
		byKey := map[string][]int{}
		var keys []string
		for i := range t.Rows {
			k := keyOf(&t, i)
			if _, seen := byKey[k]; !seen {
				keys = append(keys, k)
			}
			byKey[k] = append(byKey[k], i)
		}
		for _, k := range keys {
			l.periods(path.Join(forms.TableDir, name+".yaml"), t.Rows, byKey[k])
		}
	}
}

// periods checks the rows of one key.
func (l *linter) periods(file string, rows []forms.TableRow, of []int) {
	slices.SortStableFunc(of, func(a, b int) int { return cmp.Compare(rows[a].From, rows[b].From) })
	for n, i := range of[1:] {
		earlier, later := rows[of[n]], rows[i]
		tell := func(mend, format string, args ...any) {
			l.diags = append(l.diags, l.def.Diagnose(file, "/rows/"+strconv.Itoa(i), mend, format, args...))
		}
		line, _ := l.def.Where(file, "/rows/"+strconv.Itoa(of[n]))
		other := "another row"
		if line > 0 {
			other = fmt.Sprintf("the row on line %d", line)
		}
		switch {
		case later.From == earlier.From:
			tell("let one of them begin later, or set them apart by a column in key:", "the row begins the same day as %s", other)
		case earlier.To != "" && earlier.To >= later.From:
			tell("end that row the day before "+later.From, "the row begins on %s, when %s still holds", later.From, other)
		case earlier.To != "" && next(earlier.To) < later.From:
			tell("begin on "+next(earlier.To)+", or leave out to: of that row", "no row holds from %s until this one begins on %s", next(earlier.To), later.From)
		}
	}
}

func next(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day // Load refused it
	}
	return t.AddDate(0, 0, 1).Format(time.DateOnly)
}

// keyOf writes a row's key so that equal keys, 1.0 and 1, are equal texts.
func keyOf(t *forms.Table, row int) string {
	var b strings.Builder
	for _, column := range t.Key {
		v := t.Rows[row].Values[column]
		if n, ok := v.(json.Number); ok {
			if r, ok := new(big.Rat).SetString(n.String()); ok {
				v = r.RatString()
			}
		}
		fmt.Fprintf(&b, "%T %v\x00", t.Rows[row].Values[column], v)
	}
	return b.String()
}
