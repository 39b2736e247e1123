package item

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// A body is kept as gzip in rows of up to bodyRow bytes, each in properties of
// up to bodyPiece bytes: a binary property holds at most 64 KiB, a row 1 MiB.
// https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
const (
	bodyPiece = 60 << 10
	bodyRow   = 14 * bodyPiece
)

// maxBody bounds what Body reads back: what fetch keeps is shorter.
const maxBody = 16 << 20

// compressors are kept for the next mail: making one costs more than compressing
// a mail.
var compressors = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
	return z
}}

// bodyRows returns the rows that keep content for the mail with this id; none
// for no content.
func bodyRows(id, content string) ([]table.Row, error) {
	if content == "" {
		return nil, nil
	}
	var compressed bytes.Buffer
	z := compressors.Get().(*gzip.Writer)
	defer compressors.Put(z)
	z.Reset(&compressed)
	if _, err := io.Copy(z, strings.NewReader(content)); err != nil {
		return nil, fmt.Errorf("compress body of mail %s: %w", id, err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compress body of mail %s: %w", id, err)
	}
	var rows []table.Row
	for part := range slices.Chunk(compressed.Bytes(), bodyRow) {
		props := map[string]any{}
		for piece := range slices.Chunk(part, bodyPiece) {
			props[pieceName(len(props))] = piece
		}
		rows = append(rows, table.Row{Key: bodyKey(id, int64(len(rows))), Props: props})
	}
	return rows, nil
}

func pieceName(n int) string { return fmt.Sprintf("gzip%02d", n) }

// Body returns the text of a mail, in the content type of BodyType.
func (s *Store) Body(ctx context.Context, it Item) (string, error) {
	var compressed bytes.Buffer
	from, to := bodyKey(it.ID, 0), "b|"+it.ID+"|"+ids.Above
	for from != "" && it.BodyParts > 0 {
		rows, next, err := s.table.Range(ctx, from, to, 4)
		if err != nil {
			return "", fmt.Errorf("read body of mail %s: %w", it.ID, err)
		}
		for _, r := range rows {
			for n := 0; ; n++ {
				piece, ok := r.Props[pieceName(n)].([]byte)
				if !ok {
					break
				}
				compressed.Write(piece)
			}
		}
		from = next
	}
	if compressed.Len() == 0 {
		return "", nil
	}
	z, err := gzip.NewReader(&compressed)
	if err != nil {
		return "", fmt.Errorf("decompress body of mail %s: %w", it.ID, err)
	}
	content, err := io.ReadAll(io.LimitReader(z, maxBody))
	if err != nil {
		return "", fmt.Errorf("decompress body of mail %s: %w", it.ID, err)
	}
	return string(content), nil
}
