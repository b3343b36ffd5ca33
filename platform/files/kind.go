package files

import (
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/gabriel-vasile/mimetype"
	"golang.org/x/text/unicode/norm"

	"samtjanst/forms"
)

// Unknown is the kind of bytes that nothing is known of.
const Unknown = "application/octet-stream"

// accepted are the kinds that may be uploaded, with the file name endings that belong to them; the first is added when there is
// none. They are what phones, scanners and word processors make, and what an archive can keep or convert.
var accepted = map[string][]string{
	"application/pdf": {".pdf"},
	"image/jpeg":      {".jpg", ".jpeg", ".jfif"},
	"image/png":       {".png"},
	"image/heic":      {".heic", ".heif"},
	"image/heif":      {".heif", ".heic"},
	"image/webp":      {".webp"},
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": {".docx"},
	"application/vnd.oasis.opendocument.text":                                 {".odt"},
}

// Accepted lists the file name endings that may be uploaded, sorted: for the accept attribute of a file field.
func Accepted() []string {
	var all []string
	for _, endings := range accepted {
		all = append(all, endings...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// headSize is how much of a file is looked at: a .docx tells what it is by the names of files in it, after the first of them.
const headSize = 64 << 10

// lookFar makes mimetype, whose limit is one for the process, look at as much; nobody else uses it.
var lookFar = sync.OnceFunc(func() { mimetype.SetLimit(headSize) })

// Kind tells the media type by content alone: what a browser, a file name or a person says of it does not count.
func Kind(head []byte) string {
	lookFar()
	kind, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	if kind == "" {
		return Unknown
	}
	return kind
}

// accept says whether a file of a kind may be uploaded under a name, and gives the name with an ending. A name that says
// something else than the content is refused: somebody would be misled, if only the one who opens it.
func accept(name, kind string) (string, error) {
	endings, ok := accepted[kind]
	ending := strings.ToLower(path.Ext(name))
	switch {
	case ok && slices.Contains(endings, ending):
		return name, nil
	case ok && !looksLikeEnding(ending):
		return CleanName(name) + endings[0], nil
	}
	return "", &Refusal{forms.FileKind, map[string]any{"name": name}}
}

// looksLikeEnding tells the ending of "betyg.exe" from what follows the point in "Intyg dr. Provberg".
func looksLikeEnding(e string) bool {
	return len(e) >= 2 && len(e) <= 6 && !strings.ContainsFunc(e[1:], func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// maxName is how long a name may be, in runes.
const maxName = 120

// CleanName makes of what somebody called a file something that can be shown in a list and saved under on any system: no path, no
// control, invisible or direction-changing characters (which can make "gpj.exe" look like "exe.jpg"), one
// line, composed letters, at most 120 runes with the ending kept. Never empty.
func CleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar:
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	name = norm.NFC.String(name) // macOS writes å as a and a ring
	name = strings.TrimLeft(strings.Join(strings.Fields(name), " "), ". ")
	if runes := []rune(name); len(runes) > maxName {
		ending := []rune(path.Ext(name))
		if len(ending) > 10 {
			ending = nil
		}
		name = strings.TrimSpace(string(runes[:maxName-len(ending)])) + string(ending)
	}
	if name == "" {
		return "fil"
	}
	return name
}
