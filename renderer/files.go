package renderer

import (
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
)

// filesField compiles attachments: the limits before anything is chosen, what is attached with a way to remove it, and a
// control to attach more while there is room.
func (b *builder) filesField(c control) {
	limits := b.fileLimits(c.Field)
	b.openGroup(c, "st-field--files", ".limits")
	b.s(`<p class="st-hint" id="`)
	b.id(c, ".limits")
	b.s(`">`)
	kinds := make([]string, len(limits.Accept))
	for i, a := range limits.Accept {
		kinds[i] = FileKind(a)
	}
	args := []any{"count", limits.Files, "size", b.locale.Size(limits.FileBytes), "types", strings.Join(kinds, ", ")}
	if limits.Files == 1 {
		b.t("form.file-limits-one", args...)
	} else {
		b.t("form.file-limits", args...)
	}
	b.s(`</p>`)
	b.fileList(c)
	add, full := b.sub(func() { b.fileInput(c, limits) }), b.sub(func() { b.filesFull(c) })
	b.hole(func(dst []byte, f *frame) []byte {
		show := add
		if list, _ := f.cur.value.([]any); len(list) >= limits.Files {
			show = full
		}
		return run(show, dst, f)
	})
	b.s(`</fieldset>`)
}

// fileLimits are the field's own, else the platform's.
func (b *builder) fileLimits(f *forms.Field) Limits {
	l := b.r.limits
	if f.MaxBytes > 0 {
		l.FileBytes = f.MaxBytes
	}
	if f.MaxItems > 0 {
		l.Files = f.MaxItems
	}
	if len(f.Accept) > 0 {
		l.Accept = f.Accept
	}
	return l
}

// filesFull stands where the control was while there is no room: what is wrong with one file too many leads here.
func (b *builder) filesFull(c control) {
	b.s(`<p class="st-hint" tabindex="-1" id="`)
	b.id(c, "")
	b.s(`">`)
	b.t("form.file-full")
	b.s(`</p>`)
}

func (b *builder) fileInput(c control, limits Limits) {
	choose := "form.file-choose"
	if limits.Files == 1 {
		choose = "form.file-choose-one"
	}
	b.s(`<div class="st-upload" data-upload="`)
	b.name(c, answers.Op(answers.OpUpload, ""))
	b.s(`"><label class="ds-label" for="`)
	b.id(c, "")
	b.s(`">`)
	b.t(choose)
	b.s(`<span class="ds-sr-only">: `)
	b.text(c.title)
	b.s(`</span></label><input class="ds-input" type="file" id="`)
	b.id(c, "")
	b.s(`" name="`)
	b.name(c, prefix(answers.Upload))
	b.s(`" accept="`)
	b.e(strings.Join(limits.Accept, ","))
	b.s(`"`)
	if limits.Files > 1 {
		b.s(` multiple`)
	}
	b.described(c, ".limits")
	b.invalid()
	b.s(`><button class="ds-button" data-variant="secondary" type="submit" formenctype="multipart/form-data" name="`, answers.FieldOp, `" value="`)
	b.name(c, answers.Op(answers.OpUpload, ""))
	b.s(`">`)
	b.t("form.file-upload")
	b.s(`</button></div>`)
}

func (b *builder) fileList(c control) {
	at, title, remove := c.at, b.locale.T("form.file-list"), b.locale.T("form.remove")
	b.hole(func(dst []byte, f *frame) []byte {
		list := files(f.cur.value)
		if len(list) == 0 {
			return dst
		}
		dst = append(dst, `<ul class="st-files" aria-label="`...)
		dst = escape(dst, title)
		dst = append(dst, `">`...)
		for _, file := range list {
			dst = append(dst, `<li>`...)
			if f.FileURL != nil {
				dst = append(dst, `<a class="ds-link" href="`...)
				dst = escape(dst, f.FileURL(file.ID))
				dst = append(dst, `">`...)
				dst = escape(dst, file.Name)
				dst = append(dst, `</a>`...)
			} else {
				dst = append(dst, `<span class="st-files__name">`...)
				dst = escape(dst, file.Name)
				dst = append(dst, `</span>`...)
			}
			dst = append(dst, ` <span class="st-detail">`...)
			dst = escape(dst, FileKind(file.Type))
			if file.Size > 0 {
				dst = append(dst, ", "...)
				dst = escape(dst, f.locale.Size(file.Size))
			}
			dst = append(dst, `</span> <button class="ds-button" data-variant="tertiary" data-color="danger" data-size="sm" type="submit" name="`+
				answers.FieldOp+`" value="`+answers.OpRemoveFile...)
			dst = at.appendName(dst, f)
			dst = escape(dst, string(forms.Pointer("").Join(file.ID)))
			dst = append(dst, `" aria-label="`...)
			dst = escape(dst, f.locale.T("form.file-remove", "name", file.Name))
			dst = append(dst, `">`...)
			dst = escape(dst, remove)
			dst = append(dst, `</button></li>`...)
		}
		return append(dst, `</ul>`...)
	})
}
