package insights

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"samtjanst/platform/httpkit"
)

// file is a table for spreadsheets as those in Swedish open it: UTF-8 with its mark, semicolons, a comma before decimals.
type file struct{ bytes.Buffer }

func newFile(titles ...string) *file {
	f := &file{}
	f.WriteString("\xef\xbb\xbf")
	f.row(titles...)
	return f
}

// row adds a line. Cells with separators, quotes or line breaks are quoted; one that a spreadsheet would calculate is made text.
func (f *file) row(cells ...string) {
	for i, c := range cells {
		if i > 0 {
			f.WriteByte(';')
		}
		if strings.ContainsAny(c[:min(1, len(c))], "=+@\t\r") {
			c = "'" + c
		}
		if strings.ContainsAny(c, ";\"\r\n") {
			c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
		}
		f.WriteString(c)
	}
	f.WriteString("\r\n")
}

func (f *file) send(r *httpkit.Request, name string) error {
	return r.File(httpkit.Download{Name: name, Type: "text/csv; charset=utf-8", Size: int64(f.Len()), Body: io.NopCloser(&f.Buffer)})
}

// decimal writes a whole number of 10^-places exactly, as JSON has it: decimal(12350, 2) is "123.50".
func decimal(n int64, places int) string {
	sign := ""
	digits := strconv.FormatInt(n, 10)
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	if places == 0 {
		return sign + digits
	}
	if short := places + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	return sign + digits[:len(digits)-places] + "." + digits[len(digits)-places:]
}

// comma is decimal as spreadsheets in Swedish have it.
func comma(n int64, places int) string { return strings.Replace(decimal(n, places), ".", ",", 1) }
