package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"samtjanst/platform/signing/proof"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/pdf"
)

const verifyUsage = `samtjanst verify: who signed what and when, or what has been changed

  samtjanst verify FILE [--trust PEM|FINGERPRINT]… [--format text|json] [--lang sv|en]

FILE is a case as a PDF, a party's copy of one, or an evidence bundle (zip), as the platform gave it. Nothing but the file is read: no
configuration, network or database.

  --trust PEM    certificates that you trust, for signatures and seals alike, as their owners publish them: roots (BankID, signing services,
                 seals and timestamps), or those that somebody signs with (Freja, identity providers); may be repeated. What leads elsewhere
                 is told with its fingerprint, apart from what is broken. Without it nobody is trusted.
  --trust FINGERPRINT
                 the SHA-256 fingerprint of a certificate that the file itself carries, when its owner has told you that it is right: what an
                 identity provider signed with some years ago, say, which it publishes no longer. As it is printed, with or without colons
  --format json  the whole report as data
  --lang en      the words in English

Statuses: 0 everything holds and everybody has signed who must, 1 something is broken, missing or not trusted, 2 the file cannot be checked.
`

// attached reads the files of a bundle out of a PDF.
func attached(file []byte) ([]proof.File, error) {
	list, err := pdf.Extract(file)
	if err != nil {
		return nil, err
	}
	var out []proof.File
	for _, a := range list {
		out = append(out, proof.File{Name: a.Name, Bytes: a.Bytes})
	}
	return out, nil
}

// verifyArgs are the command's.
type verifyArgs struct {
	file, format, lang string
	trust              trusted
}

func readVerifyArgs(args []string, stderr io.Writer) (a verifyArgs, err error) {
	fs := flag.NewFlagSet("verify", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() { fmt.Fprint(stderr, verifyUsage) }
	fs.StringVar(&a.format, "format", "text", "")
	fs.StringVar(&a.lang, "lang", i18n.Default, "")
	var pems bytes.Buffer
	pins := proof.Pins{}
	fs.Func("trust", "", func(name string) error {
		if fingerprint, ok := proof.ParsePin(name); ok {
			pins[fingerprint] = true
			return nil
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		pems.Write(raw)
		return pems.WriteByte('\n')
	})
	for len(args) > 0 { // the file stands where one likes
		if err := fs.Parse(args); err != nil {
			return a, err
		}
		if args = fs.Args(); len(args) > 0 {
			if a.file != "" {
				return a, fmt.Errorf("one file at a time, not %q too", args[0])
			}
			a.file, args = args[0], args[1:]
		}
	}
	switch {
	case a.file == "":
		return a, errors.New("verify needs a file")
	case a.format != "text" && a.format != "json":
		return a, fmt.Errorf("--format is text or json, not %q", a.format)
	}
	if pems.Len() > 0 {
		if a.trust, err = parseTrusted(pems.Bytes()); err != nil {
			return a, fmt.Errorf("--trust: %w", err)
		}
	}
	a.trust.pins = pins
	return a, nil
}

// maxVerified bounds a file on the command line, in bytes.
const maxVerified = 1 << 30

// verify is the command.
func verify(args []string, stdout, stderr io.Writer) int {
	a, err := readVerifyArgs(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	catalog, textErr := i18n.Embedded()
	if err == nil {
		err = textErr
	}
	var raw []byte
	if err == nil {
		raw, err = readBounded(a.file)
	}
	if err != nil {
		failed(stderr, err)
		return exitUsage
	}
	report, err := checker(a.trust).Check(raw)
	var unusable proof.Unusable
	switch {
	case errors.As(err, &unusable):
		say(stdout, a, map[string]any{"verdict": "unusable", "reason": unusable}, proof.SayUnusable(unusable, catalog.In(a.lang)), catalog.In(a.lang))
		return exitUsage
	case err != nil:
		failed(stderr, err)
		return exitUsage
	}
	say(stdout, a, report, report.Say(catalog.In(a.lang)), catalog.In(a.lang))
	if report.Verdict != proof.VerdictHolds {
		return exitFailed
	}
	return exitOK
}

func readBounded(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxVerified+1))
	if err == nil && len(raw) > maxVerified {
		err = fmt.Errorf("%s is larger than %d bytes", name, maxVerified)
	}
	return raw, err
}

// say writes the answer as data or in words.
func say(w io.Writer, a verifyArgs, data any, words proof.Statement, l *i18n.Locale) {
	if a.format == "json" {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		_ = enc.Encode(data) // a report is JSON; a closed pipe is the reader's choice
		return
	}
	fmt.Fprintf(w, "%s\n%s\n", words.Title, words.Text)
	for _, s := range words.Sections {
		fmt.Fprintf(w, "\n%s\n", s.Title)
		sayLines(w, s.Lines, 1, l)
	}
}

// signs stand before lines, so that the eye finds what is wrong; the words say it too.
var signs = map[proof.Mark]string{proof.Good: "✓", proof.Bad: "✗", proof.Note: "·"}

func sayLines(w io.Writer, lines []proof.Line, depth int, l *i18n.Locale) {
	for _, line := range lines {
		text := line.Text
		if line.Mark == proof.Bad {
			text = l.T("verify.mark.bad") + ": " + text
		}
		fmt.Fprintf(w, "%s%s %s\n", strings.Repeat("  ", depth), signs[line.Mark], text)
		sayLines(w, line.Details, depth+1, l)
	}
}
