package httpkit

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"samtjanst/platform/fault"
)

// readForm binds the posted form. It is the one place where posted bytes become strings, and they are copies.
func (k *Kit) readForm(r *Request) error {
	const op = "httpkit.readForm"
	r.form = url.Values{}
	length := r.c.Request().Header.ContentLength()
	if length == 0 {
		return nil
	}
	media, params, err := mime.ParseMediaType(string(r.c.Request().Header.ContentType()))
	if err != nil {
		return fault.Newf(op, fault.Invalid, "a body without a known media type")
	}
	switch media {
	case fiber.MIMEApplicationForm:
		if int64(length) > k.MaxForm {
			return fault.Newf(op, fault.TooLarge, "a form of %d bytes", length)
		}
		raw, err := io.ReadAll(io.LimitReader(body(r.c), k.MaxForm+1))
		if err != nil {
			return fault.Newf(op, fault.Invalid, "the body ended early")
		}
		if int64(len(raw)) > k.MaxForm || bytes.Count(raw, []byte("&")) >= k.MaxKeys {
			return fault.Newf(op, fault.TooLarge, "a form over %d bytes or %d values", k.MaxForm, k.MaxKeys)
		}
		if r.form, err = url.ParseQuery(string(raw)); err != nil {
			return fault.Newf(op, fault.Invalid, "the form is not form-encoded")
		}
		return nil
	case fiber.MIMEMultipartForm:
		if !r.route.Files || params["boundary"] == "" {
			return fault.Newf(op, fault.Invalid, "a multipart form where no files are taken")
		}
		if int64(length) > k.MaxUpload {
			return fault.Newf(op, fault.TooLarge, "a form of %d bytes", length)
		}
		if conn := r.c.Context().Conn(); conn != nil {
			_ = conn.SetReadDeadline(time.Now().Add(uploadTimeout)) // a telephone in the woods; a failure here shows when reading
		}
		u := &Upload{values: r.form, form: k.MaxForm, keys: k.MaxKeys}
		u.parts = multipart.NewReader(&counted{r: body(r.c), left: k.MaxUpload}, params["boundary"])
		r.upload = u
		return u.lead() // the values before the first file, the token among them
	}
	return fault.Newf(op, fault.Invalid, "a body of an unknown media type")
}

func body(c *fiber.Ctx) io.Reader {
	if c.Request().IsBodyStream() {
		return c.Context().RequestBodyStream()
	}
	return bytes.NewReader(c.Body())
}

// Upload is a form with files, read from the connection as it arrives: nothing is kept in memory or in a temporary file.
// Values that stand before the first file are in Request.Form from the start, the others when Next has passed them.
type Upload struct {
	parts  *multipart.Reader
	next   *multipart.Part // a file that has been come to but not given
	values url.Values
	form   int64 // bytes of values left
	keys   int   // values left
	err    error // sticky
}

// File is one file of a form.
type File struct {
	Field string // the control's name
	Name  string // as the browser gave it, without folders
	Body  io.Reader
}

// lead reads values until the first file.
func (u *Upload) lead() error {
	for u.err == nil {
		part, err := u.parts.NextPart()
		if err != nil {
			u.err = wrapRead(err)
			break
		}
		if part.FileName() != "" {
			u.next = part
			return nil
		}
		// A file control without a file is posted as a part with an empty file name and nothing in it.
		if part.Header.Get(fiber.HeaderContentType) == "application/octet-stream" {
			if n, err := io.Copy(io.Discard, part); n == 0 && err == nil {
				continue
			}
		}
		if err := u.value(part); err != nil {
			u.err = err
		}
	}
	if u.err == io.EOF {
		return nil
	}
	return u.err
}

func (u *Upload) value(part *multipart.Part) error {
	raw, err := io.ReadAll(io.LimitReader(part, u.form+1))
	if err != nil {
		return wrapRead(err)
	}
	u.form -= int64(len(raw))
	u.keys--
	if u.form < 0 || u.keys < 0 {
		return fault.Newf("httpkit.Upload", fault.TooLarge, "too many or too long values beside the files")
	}
	u.values.Add(part.FormName(), string(raw))
	return nil
}

// Next gives the next file; io.EOF when there are no more. Its Body is valid until the next call; what is left unread is
// passed over. fault.TooLarge when the whole form is over the limit, also from Body; fault.Invalid when it is broken.
func (u *Upload) Next() (File, error) {
	if u.next == nil && u.err == nil {
		if err := u.lead(); err != nil {
			return File{}, err
		}
	}
	if u.next == nil {
		return File{}, u.err
	}
	part := u.next
	u.next = nil
	name := strings.ToValidUTF8(part.FileName(), "�") // without folders already, but for those of Windows
	name = name[strings.LastIndexByte(name, '\\')+1:]
	return File{Field: part.FormName(), Name: name, Body: partReader{part}}, nil
}

// Rest reads to the end, so that Form has every value. Files on the way are passed over.
func (u *Upload) Rest() error {
	for {
		if _, err := u.Next(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// partReader turns what breaks while a file is read into faults.
type partReader struct{ part io.Reader }

func (p partReader) Read(b []byte) (int, error) {
	n, err := p.part.Read(b)
	if err != nil && err != io.EOF {
		err = wrapRead(err)
	}
	return n, err
}

func wrapRead(err error) error {
	var f *fault.Error
	switch {
	case err == io.EOF:
		return err
	case errors.As(err, &f):
		return f
	case errors.Is(err, multipart.ErrMessageTooLarge):
		return fault.New("httpkit.Upload", fault.TooLarge, err)
	}
	return fault.New("httpkit.Upload", fault.Invalid, err)
}

// counted ends with fault.TooLarge when more than left bytes come, whatever length was declared.
type counted struct {
	r    io.Reader
	left int64
}

func (c *counted) Read(b []byte) (int, error) {
	if c.left < 0 {
		return 0, fault.Newf("httpkit.Upload", fault.TooLarge, "the form is over the limit")
	}
	if int64(len(b)) > c.left+1 {
		b = b[:c.left+1]
	}
	n, err := c.r.Read(b)
	c.left -= int64(n)
	if c.left < 0 {
		return 0, fault.Newf("httpkit.Upload", fault.TooLarge, "the form is over the limit")
	}
	return n, err
}
