package main

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// table is what is printed at the end.
type table struct {
	rows  [][]string
	notes []string
}

// add makes a row: against a baseline when there is one, against an aim (per second, design.md section 9) unless it is 0.
func (t *table) add(f figure, base *figure, aim float64) {
	if f.n == 0 {
		return
	}
	against := f.note
	if base != nil {
		against = fmt.Sprintf("%.2f of the %s", f.perSecond()/base.perSecond(), base.what)
	}
	goal := ""
	if aim > 0 {
		goal = "> " + count(aim)
	}
	cpu, bytes := "", ""
	if f.cpu > 0 {
		cpu = millis(f.cpu / time.Duration(f.n))
	}
	if f.bytes > 0 {
		bytes = strconv.Itoa(f.bytes)
	}
	t.rows = append(t.rows, []string{f.what, count(f.perSecond()), goal, millis(f.at(0.5)), millis(f.at(0.95)), cpu, bytes, against})
}

// say adds a line below the table.
func (t *table) say(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

func (t *table) write(w io.Writer, o options) {
	fmt.Fprintf(w, "%d processors, %d clients at once; the load generator and the simulators are on them too. CPU is the platform's process alone.\n\n",
		runtime.NumCPU(), o.clients)
	columns(w, append([][]string{{"what", "per second", "aim", "p50 ms", "p95 ms", "CPU ms each", "bytes", "compared"}}, t.rows...))
	fmt.Fprintln(w)
	for _, n := range t.notes {
		fmt.Fprintln(w, n)
	}
}

// columns writes rows below each other; the first and the last column start at the left, the others end at the right.
func columns(w io.Writer, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, r := range rows {
		last := len(r) - 1
		line := fmt.Sprintf("%-*s", widths[0], r[0])
		for i := 1; i < last; i++ {
			line += fmt.Sprintf("  %*s", widths[i], r[i])
		}
		fmt.Fprintln(w, strings.TrimRight(line+"  "+r[last], " "))
	}
}

// count writes a rate with three figures that mean something.
func count(n float64) string {
	if n >= 100 {
		return strconv.Itoa(int(math.Round(n)))
	}
	return strconv.FormatFloat(n, 'f', 1, 64)
}

func millis(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2f", d.Seconds()*1000)
	}
	return fmt.Sprintf("%.0f", d.Seconds()*1000)
}
