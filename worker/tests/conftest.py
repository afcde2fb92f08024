"""As in the image: several threads on a busy machine spend their time waiting for each other."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
