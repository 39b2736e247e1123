// Package blob keeps files that people send along in Azure Blob Storage, until they
// expire. A file is streamed in blocks, in bounded memory, and is there as a whole or
// not at all.
//
// It does not know who may read a file, or which mail a file belongs to.
package blob

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/storage"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
)

const (
	// blockSize is how many bytes one request carries; blocksAtOnce how many
	// requests of one file run at the same time. Their product is the memory of Put.
	blockSize    = 4 << 20
	blocksAtOnce = 2
)

var (
	// ErrNotFound means that there is no such file.
	ErrNotFound = errors.New("no such file")
	// ErrTooLarge means that a file is larger than its limit. Nothing is stored.
	ErrTooLarge = errors.New("the file is too large")
)

// A Store is one container of a storage account. It is safe for concurrent use.
type Store struct {
	name   string
	client *container.Client
}

// An Info says what a file is.
type Info struct {
	Owner       string // who made it
	Name        string
	ContentType string
	Until       time.Time // when it expires, to the second
	Size        int64     // bytes; set by Put
}

// Open returns the store of a container. It sends no request.
func Open(account storage.Account, name string) (*Store, error) {
	options := &container.ClientOptions{ClientOptions: account.ClientOptions(time.Minute)}
	c, err := storage.Open(account, options,
		func(connection string, o *container.ClientOptions) (*container.Client, error) {
			return container.NewClientFromConnectionString(connection, name, o)
		},
		func(url string, credential azcore.TokenCredential, o *container.ClientOptions) (*container.Client, error) {
			return container.NewClient(strings.TrimRight(url, "/")+"/"+name, credential, o)
		})
	if err != nil {
		return nil, fmt.Errorf("open container %s: %w", name, err)
	}
	return &Store{name, c}, nil
}

// Create creates the container if it is missing.
func (s *Store) Create(ctx context.Context) error {
	_, err := s.client.Create(ctx, nil)
	if err != nil && !bloberror.HasCode(err, bloberror.ContainerAlreadyExists) {
		return fmt.Errorf("create container %s: %w", s.name, err)
	}
	return nil
}

// Check returns an error when the container is missing or cannot be read.
func (s *Store) Check(ctx context.Context) error {
	if _, err := s.client.GetProperties(ctx, nil); err != nil {
		return fmt.Errorf("check container %s: %w", s.name, err)
	}
	return nil
}

// Put stores the file that r gives under an id, and returns what it is with its
// size. A file of more than limit bytes is ErrTooLarge. An error of r is returned
// as it is.
func (s *Store) Put(ctx context.Context, id string, about Info, r io.Reader, limit int64) (Info, error) {
	in := &counted{r: r, left: limit}
	_, err := s.client.NewBlockBlobClient(id).UploadStream(ctx, in, &blockblob.UploadStreamOptions{
		BlockSize: blockSize, Concurrency: blocksAtOnce, Metadata: about.metadata(),
	})
	if in.err != nil {
		return Info{}, in.err
	}
	if err != nil {
		return Info{}, fmt.Errorf("store file %s: %w", id, err)
	}
	about.Size = in.n
	return about, nil
}

// counted counts what is read, and fails after the limit.
type counted struct {
	r       io.Reader
	n, left int64
	err     error // that is not the end
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.left -= int64(n); c.left < 0 {
		err = ErrTooLarge
	}
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// A File is a stored file.
type File struct {
	Info
	id     string
	ctx    context.Context
	client *blob.Client
}

// Open returns a file whose content can be read until ctx ends, or ErrNotFound. It
// costs one request; the content costs one for each read.
func (s *Store) Open(ctx context.Context, id string) (*File, error) {
	c := s.client.NewBlobClient(id)
	p, err := c.GetProperties(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("open file %s: %w", id, meaning(err))
	}
	f := &File{Info: infoOf(p.Metadata), id: id, ctx: ctx, client: c}
	if p.ContentLength != nil {
		f.Info.Size = *p.ContentLength
	}
	return f, nil
}

// Size returns the number of bytes.
func (f *File) Size() int64 { return f.Info.Size }

// ReadAt reads a part of the file in one request.
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	switch left := f.Info.Size - off; {
	case off < 0:
		return 0, fmt.Errorf("read file %s at %d", f.id, off)
	case left <= 0:
		return 0, io.EOF
	case left < int64(len(p)):
		n, err := f.ReadAt(p[:left], off)
		if err == nil {
			err = io.EOF
		}
		return n, err
	case len(p) == 0:
		return 0, nil
	}
	r, err := f.client.DownloadStream(f.ctx, &blob.DownloadStreamOptions{Range: blob.HTTPRange{Offset: off, Count: int64(len(p))}})
	if err != nil {
		return 0, fmt.Errorf("read file %s: %w", f.id, meaning(err))
	}
	body := r.NewRetryReader(f.ctx, nil)
	defer body.Close()
	n, err := io.ReadFull(body, p)
	if err != nil {
		err = fmt.Errorf("read file %s: %w", f.id, err)
	}
	return n, err
}

// WriteTo writes the whole file, a few megabytes at a time.
func (f *File) WriteTo(w io.Writer) (int64, error) {
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{io.NewSectionReader(f, 0, f.Info.Size)},
		make([]byte, min(blockSize, max(f.Info.Size, 1))))
}

// Keep makes a file expire no earlier than until. Error: ErrNotFound.
func (s *Store) Keep(ctx context.Context, id string, until time.Time) error {
	c := s.client.NewBlobClient(id)
	p, err := c.GetProperties(ctx, nil)
	if err == nil {
		about := infoOf(p.Metadata)
		if !about.Until.Before(until) {
			return nil
		}
		about.Until = until
		_, err = c.SetMetadata(ctx, about.metadata(), nil)
	}
	if err != nil {
		return fmt.Errorf("keep file %s: %w", id, meaning(err))
	}
	return nil
}

// Delete removes a file; one that is not there is no error.
func (s *Store) Delete(ctx context.Context, id string) error {
	_, err := s.client.NewBlobClient(id).Delete(ctx, nil)
	if err = meaning(err); err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("delete file %s: %w", id, err)
	}
	return nil
}

// Sweep deletes the files that have expired, and returns how many. Those stay whose ids
// used returns, which is asked when a file has expired. It costs one request for each 5,000
// files, and one for each that is deleted.
func (s *Store) Sweep(ctx context.Context, now time.Time, used func() ([]string, error)) (deleted int, err error) {
	pages := s.client.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{Include: container.ListBlobsInclude{Metadata: true}})
	for pages.More() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return deleted, fmt.Errorf("list container %s: %w", s.name, err)
		}
		for _, item := range page.Segment.BlobItems {
			if infoOf(item.Metadata).Until.After(now) {
				continue
			}
			if ids, err := used(); err != nil {
				return deleted, err
			} else if slices.Contains(ids, *item.Name) {
				continue
			}
			if err := s.Delete(ctx, *item.Name); err != nil {
				return deleted, err
			}
			deleted++
		}
	}
	return deleted, nil
}

func meaning(err error) error {
	var re *azcore.ResponseError
	if errors.As(err, &re) && re.StatusCode == http.StatusNotFound && re.ErrorCode != string(bloberror.ContainerNotFound) {
		return ErrNotFound
	}
	return err
}

// The names of metadata; the service keeps them without regard to case. Values are
// ASCII, so the name of a file is encoded.
const metaOwner, metaName, metaType, metaUntil = "owner", "name", "type", "until"

func (i Info) metadata() map[string]*string {
	encode := func(text string) *string {
		text = base64.RawURLEncoding.EncodeToString([]byte(text))
		return &text
	}
	until := i.Until.UTC().Format(time.RFC3339)
	return map[string]*string{metaOwner: encode(i.Owner), metaName: encode(i.Name), metaType: encode(i.ContentType), metaUntil: &until}
}

func infoOf(metadata map[string]*string) (i Info) {
	text := map[string]string{}
	for name, value := range metadata {
		if value != nil {
			text[strings.ToLower(name)] = *value
		}
	}
	decode := func(name string) string {
		b, _ := base64.RawURLEncoding.DecodeString(text[name]) // what is not ours is empty
		return string(b)
	}
	i.Owner, i.Name, i.ContentType = decode(metaOwner), decode(metaName), decode(metaType)
	i.Until, _ = time.Parse(time.RFC3339, text[metaUntil]) // zero: expired
	return i
}
