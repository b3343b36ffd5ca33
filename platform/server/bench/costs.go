package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// costs are what single things cost a caller who has the machine alone: the second table. Each has an aim, and stands beside a baseline
// from the same run.
type costs struct{ rows [][]string }

// costers are the families that costs over HTTP are measured with.
const costers = 3

// aim is what a cost is to stay below; 0 is no aim.
type aim struct {
	time  time.Duration
	bytes int
}

// add makes a row; bytes is the size of what is made, 0 when nothing is.
func (c *costs) add(f figure, aim aim, base figure) {
	took, before := f.at(0.5), base.at(0.5)
	goal, kept := "", ""
	if aim.time > 0 {
		goal, kept = "< "+millis(aim.time), verdict(took < aim.time && (aim.bytes == 0 || f.bytes < aim.bytes))
	}
	bytes := ""
	if f.bytes > 0 {
		bytes = strconv.Itoa(f.bytes)
	}
	if aim.bytes > 0 {
		bytes += fmt.Sprintf(" < %d", aim.bytes)
	}
	c.rows = append(c.rows, []string{f.what, fine(took), goal, fine(f.at(0.95)), kept, bytes,
		fmt.Sprintf("%.1f × %s, %s ms", float64(took)/float64(max(before, 1)), base.what, fine(before))})
}

func verdict(kept bool) string {
	if kept {
		return "kept"
	}
	return "missed"
}

// fine writes milliseconds so that microseconds are seen.
func fine(d time.Duration) string {
	if d < time.Millisecond {
		return fmt.Sprintf("%.3f", d.Seconds()*1000)
	}
	return millis(d)
}

func (c *costs) write(w io.Writer) {
	fmt.Fprint(w, "\nWhat one thing costs, one at a time.\n\n")
	columns(w, append([][]string{{"what", "p50 ms", "aim ms", "p95 ms", "aim", "bytes", "compared"}}, c.rows...))
}

// leastRuns is how many times a cost is measured however long it takes.
const leastRuns = 5

// once measures a thing for so long, one at a time; the first run is not counted.
func once(what string, d time.Duration, do func() error) (figure, error) {
	f := figure{what: what}
	for began := time.Now(); time.Since(began) < d || len(f.each) <= leastRuns; {
		start := time.Now()
		if err := do(); err != nil {
			return f, fmt.Errorf("%s: %w", what, err)
		}
		f.each = append(f.each, time.Since(start))
	}
	f.each = f.each[1:]
	for _, t := range f.each {
		f.took += t
	}
	f.n = len(f.each)
	slices.Sort(f.each)
	return f, nil
}
