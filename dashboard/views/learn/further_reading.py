"""Where the walk's ideas come from, with author and chapter."""

SOURCES = (
    ("Jeremy Howard and Sylvain Gugger", "Deep Learning for Coders with fastai and PyTorch",
     "O’Reilly 2020, chapter 8, “Collaborative Filtering Deep Dive”: most of the walk"),
    ("Google", "Machine Learning Crash Course, “Embeddings”, and Recommendation Systems, “Collaborative filtering”",
     "developers.google.com/machine-learning: categories, and what axes may mean"),
    ("Yehuda Koren, Robert Bell and Chris Volinsky", "Matrix Factorization Techniques for Recommender Systems",
     "IEEE Computer 42 (8), 2009: the idea by those who won Netflix’s prize, biases in “Adding biases”"),
    ("Ruslan Salakhutdinov and Andriy Mnih", "Bayesian Probabilistic Matrix Factorization using Markov Chain Monte Carlo",
     "ICML 2008: the model that this app opens with"),
    ("Tomas Mikolov, Ilya Sutskever, Kai Chen, Greg Corrado and Jeffrey Dean",
     "Distributed Representations of Words and Phrases and their Compositionality",
     "NIPS 2013, section 2.2, “Negative Sampling”"),
    ("Jay Alammar", "The Illustrated Word2Vec", "jalammar.github.io, 2019: the words in pictures"),
    ("Oren Barkan and Noam Koenigstein", "Item2Vec: Neural Item Embedding for Collaborative Filtering",
     "IEEE MLSP 2016: films as words"),
)  # fmt: skip
