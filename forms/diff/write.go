package diff

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Write tells of a report in words: the verdict, then the changes under what they mean, the worst first, and
// last what becomes of open drafts.
func (r Report) Write(w io.Writer) error {
	var b strings.Builder
	if len(r.Changes) == 0 {
		b.WriteString("nothing changed\n")
		_, err := io.WriteString(w, b.String())
		return err
	}
	fmt.Fprintf(&b, "%s: %s\n", r.Verdict, count(len(r.Changes), "change"))
	var last Effect = 255
	for _, c := range r.Changes {
		if c.Effect != last {
			fmt.Fprintf(&b, "\n%s\n", c.Effect)
			last = c.Effect
		}
		b.WriteString("  " + c.What)
		if c.Why != "" {
			b.WriteString("\n      " + c.Why)
		}
		if c.Line > 0 {
			fmt.Fprintf(&b, "\n      %s:%d:%d", c.File, c.Line, c.Column)
		}
		b.WriteByte('\n')
	}
	b.WriteString(r.policyWords())
	_, err := io.WriteString(w, b.String())
	return err
}

// count is "1 change", "2 changes".
func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// WriteJSON writes the report as JSON.
func (r Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
